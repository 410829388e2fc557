//! serde_json::Value in, serde_json::Value out: hand-written over a generic tree, as an interpreter would see it.
use serde_json::{Map, Value, json};
use samband_bench_transform::*;
fn main() {
    let t = table();
    lines(|l, mut w| {
        let h: Value = serde_json::from_slice(l).expect("record");
        if h["isApproved"] != Value::Bool(true) {
            return;
        }
        let s = |v: &Value| v.as_str().unwrap_or_default().to_owned();
        let number = h["project"]["number"].as_i64().unwrap_or(0);
        let price = h["unitPrice"]["amount"].as_f64().unwrap_or(0.0);
        let yes = |k: &str| h[k].as_bool().unwrap_or(false);
        let mut o = Map::new();
        o.insert("Key".into(), h["guid"].clone());
        o.insert("Dt".into(), json!(date(h["eventDate"].as_str().unwrap_or_default())));
        let emp = match h["user"]["code"].as_str() {
            Some(c) => c.trim().to_owned(),
            None => s(&h["user"]["email"]).to_lowercase(),
        };
        o.insert("EmpNo".into(), Value::String(emp));
        o.insert("PrjNo".into(), Value::String(format!("P{number:06}")));
        o.insert("Hrs".into(), Value::String(two(h["quantity"].as_f64().unwrap_or(0.0))));
        o.insert("Price".into(), Value::String(two(price)));
        o.insert("Cur".into(), json!(cur(h["unitPrice"]["currencyCode"].as_str().unwrap_or_default())));
        o.insert("Txt".into(), Value::String(first60(h["description"].as_str().unwrap_or_default()).to_owned()));
        let code = h["workType"]["code"].as_str().unwrap_or_default();
        o.insert("WrkTp".into(), Value::String(t.get(code).map_or("9999", String::as_str).to_owned()));
        o.insert(
            "Ref".into(),
            Value::String(format!(
                "{}-{} ({} {})",
                number,
                s(&h["phase"]["name"]),
                s(&h["user"]["firstName"]),
                s(&h["user"]["lastName"])
            )),
        );
        let bill = match (yes("isBillable") && price > 0.0, yes("isBilled")) {
            (false, _) => 0,
            (true, true) => 2,
            (true, false) => 1,
        };
        o.insert("Bill".into(), json!(bill));
        o.insert("DepNo".into(), json!(h["businessUnit"]["code"].as_str().map_or(1, |c| c.parse::<i64>().unwrap_or(1))));
        serde_json::to_writer(&mut w, &Value::Object(o)).expect("row");
        w.write_all(b"\n").expect("write");
    });
}
