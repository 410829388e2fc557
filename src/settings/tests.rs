use super::*;
use proptest::prelude::*;

const EXAMPLE: &str = r#"
mapping: acme            # the mapping to run: one of this folder, or `standard`
environment: sandbox.env
severa:
  url: https://api.severa.visma.com/rest-api/
  client_id: { env: SEVERA_CLIENT_ID }
  client_secret: { file: secret.txt }
  requests_per_second: 8
business:
  server: sql01.example.local:1433
  database: F0001
  user: samband
  password: { env: VB_PASSWORD }
  encrypt: required
  trust_certificate: false
  time_zone: Europe/Oslo
  series: { CustNo: 10000..19999 }
settings:
  master: severa
  Project: { won_status: Order, default_owner: "a@b.no" }
  PurchaseInvoice.accounts: [4300..4399, 4500]
  PurchaseInvoice.markup: 0.10
start_date: 2026-01-01
limits: { changes: 500, share: 20% }
schedule: { every: 10m, quiet: "00:00-07:00" }
state: state.db
history: { keep: 400 days }
log: { dir: logs, keep: 30 }
notify: { webhook: { env: SAMBAND_WEBHOOK }, on: [failed, held] }
"#;

fn read_text(text: &str) -> (Sources, Settings, Vec<Diagnostic>) {
    let mut sources = Sources::default();
    let file = add(&mut sources, "samband.yaml", text);
    let (settings, diagnostics) = read(&sources, file);
    (sources, settings, diagnostics)
}

#[test]
fn the_whole_example_is_read_with_places() {
    let (sources, settings, diagnostics) = read_text(EXAMPLE);
    assert_eq!(diagnostics, []);
    let severa = settings.severa.expect("severa");
    assert_eq!(severa.url.value, "https://api.severa.visma.com/rest-api");
    assert_eq!(severa.client_secret, SecretRef::File("secret.txt".to_owned()));
    let business = settings.business.expect("business");
    assert_eq!(business.server.value.port, Some(1433));
    assert_eq!(business.series[0].1, 10_000..=19_999);
    assert_eq!(settings.limits.changes, Some(500));
    assert_eq!(settings.schedule.map(|s| s.every), Some(Duration::from_secs(600)));
    let names: Vec<_> = settings.settings.iter().map(|s| s.name.value.as_str()).collect();
    assert_eq!(
        names,
        ["master", "Project.won_status", "Project.default_owner", "PurchaseInvoice.accounts", "PurchaseInvoice.markup"]
    );
    let slices: Vec<_> = settings.settings.iter().map(|s| sources.slice(s.span)).collect();
    assert_eq!(slices, ["severa", "Order", "\"a@b.no\"", "[4300..4399, 4500]", "0.10"]);
    assert_eq!(sources.slice(settings.settings[1].name.span), "won_status");
    assert_eq!(settings.settings[4].value, crate::model::GivenValue::Number("0.10".to_owned()));
}

#[test]
fn nothing_written_wants_a_mapping_only() {
    let (_, settings, diagnostics) = read_text("# nothing\n");
    assert_eq!(diagnostics.len(), 1);
    assert_eq!(diagnostics[0].code.name(), "missing-key");
    assert_eq!(settings.state_file(), "state.db");
}

/// Texts that look enough like settings to reach deep into the reader.
fn near_yaml() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("severa:".to_owned()),
        Just("business:".to_owned()),
        Just("settings:".to_owned()),
        Just("mapping: x".to_owned()),
        Just("\n  ".to_owned()),
        Just("\n".to_owned()),
        Just("- ".to_owned()),
        Just("{ ".to_owned()),
        Just(" }".to_owned()),
        Just("[".to_owned()),
        Just("]".to_owned()),
        Just(", ".to_owned()),
        Just("password: ".to_owned()),
        Just("\"".to_owned()),
        Just("'".to_owned()),
        Just("|\n    æ\n".to_owned()),
        Just("&a ".to_owned()),
        Just("*a".to_owned()),
        Just("!t ".to_owned()),
        Just("? ".to_owned()),
        Just(": ".to_owned()),
        Just("# ".to_owned()),
        Just("\t".to_owned()),
        Just("\r\n".to_owned()),
        Just("series: { CustNo: 1..2 }".to_owned()),
        Just("---\n".to_owned()),
        "[a-zæ0-9.%😀]{0,6}",
    ];
    proptest::collection::vec(piece, 0..30).prop_map(|p| p.concat())
}

fn spans_lie_inside(sources: &Sources, diagnostics: &[Diagnostic]) {
    for label in diagnostics.iter().flat_map(|d| &d.labels) {
        let text = &sources.get(label.span.file).text;
        assert!(text.get(label.span.range()).is_some(), "{label:?}");
    }
}

/// Values that can be written as YAML: groups, lists, texts that need quotes and texts that do not.
fn yaml_value() -> impl Strategy<Value = serde_yaml::Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(serde_yaml::Value::from),
        any::<i32>().prop_map(serde_yaml::Value::from),
        "[a-zæ0-9 #:{}'\"*&!,|>-]{0,12}".prop_map(serde_yaml::Value::from),
        "[a-z]{1,5}\n[ a-z]{0,5}\n?".prop_map(serde_yaml::Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let pairs = proptest::collection::btree_map("[a-zæ_ :#]{1,8}", inner.clone(), 1..4);
        prop_oneof![
            proptest::collection::vec(inner, 1..4).prop_map(serde_yaml::Value::Sequence),
            pairs.prop_map(|pairs| {
                serde_yaml::Value::Mapping(pairs.into_iter().map(|(k, v)| (serde_yaml::Value::from(k), v)).collect())
            }),
        ]
    })
}

/// What stands at the place of each plain value is that value.
fn places_hold(text: &str, node: &node::Node) -> Result<(), TestCaseError> {
    use node::What;
    let slice = text.get(node.span.range()).unwrap_or("");
    match &node.what {
        What::List(items) => items.iter().try_for_each(|i| places_hold(text, i)),
        What::Map(pairs) => pairs.iter().try_for_each(|(key, value)| {
            let there: String = serde_yaml::from_str(text.get(key.span.range()).unwrap_or("")).unwrap_or_default();
            prop_assert_eq!(&there, &key.value, "a key in {}", text);
            places_hold(text, value)
        }),
        What::Text(value) if !value.contains('\n') => {
            let there: Option<String> = serde_yaml::from_str(slice).ok();
            prop_assert_eq!(there.as_ref(), Some(value), "{:?} in {}", slice, text);
            Ok(())
        }
        What::Number(value) => {
            prop_assert_eq!(slice, value);
            Ok(())
        }
        What::Bool(value) => {
            prop_assert_eq!(slice, value.to_string());
            Ok(())
        }
        _ => Ok(()),
    }
}

proptest! {
    #[test]
    fn what_stands_at_a_place_is_the_value(value in yaml_value()) {
        let text = serde_yaml::to_string(&value).expect("written");
        let node = node::parse(FileId(0), &text).expect("read");
        places_hold(&text, &node)?;
    }

    #[test]
    fn any_text_is_read_without_panic(text in any::<String>()) {
        let (sources, _, diagnostics) = read_text(&text);
        spans_lie_inside(&sources, &diagnostics);
        prop_assert_eq!(sources.get(FileId(0)).text.len(), text.len());
    }

    #[test]
    fn near_settings_are_read_without_panic(text in near_yaml()) {
        let (sources, _, diagnostics) = read_text(&text);
        spans_lie_inside(&sources, &diagnostics);
    }

    /// However a secret is written, it is neither in what is shown nor in what is said.
    #[test]
    fn a_plain_secret_is_never_repeated(
        key in prop_oneof![Just("password"), Just("client_secret"), Just("webhook"), Just("pasword"), Just("Client-Secret")],
        quote in prop_oneof![Just(""), Just("\""), Just("'")],
        before in near_yaml(),
        after in near_yaml(),
    ) {
        let text = format!("{before}\nbusiness:\n  {key}: {quote}CanarySecret7{quote}\n{after}");
        let (sources, settings, diagnostics) = read_text(&text);
        prop_assert!(!sources.get(FileId(0)).text.contains("CanarySecret7"), "{}", text);
        let said = format!("{diagnostics:?} {settings:?}");
        prop_assert!(!said.contains("CanarySecret7"), "{}", said);
    }
}
