//! Clients that are not ours: FreeTDS, by itself and under pymssql. A server must not only agree with itself.

use std::process::{Command, Stdio};

use samband::sandbox::business::SqlValue;

use crate::client::server;

const SCRIPT: &str = r#"
import sys, decimal, pymssql
host, port = sys.argv[1], sys.argv[2]
try:
    pymssql.connect(server=host, port=port, user="samband", password="wrong", database="F0001")
    raise SystemExit("a wrong password was taken")
except pymssql.OperationalError as e:
    assert "18456" in str(e), e
c = pymssql.connect(server=host, port=port, user="samband", password="Hemmelig-Å1", database="F0001", charset="UTF-8")
k = c.cursor()
k.execute("SELECT ActNo, Nm FROM dbo.Actor WHERE CustNo = %s ORDER BY ActNo", (10001,))
assert k.fetchall() == [(10001, "Ærø Skipsverft Åse & Sønn")]
k.execute("INSERT INTO dbo.FreeInf1 (PK, Txt1, Val1) VALUES (%s, %s, %s)", (5, "blåbær – ½ kg", decimal.Decimal("1234567890.123456")))
assert k.rowcount == 1, k.rowcount
c.commit()
k.execute("SELECT Txt1, Val1, Gr, SYSDATETIME(), NULL FROM FreeInf1")
row = k.fetchone()
assert row[0] == "blåbær – ½ kg" and row[1] == decimal.Decimal("1234567890.123456") and row[2] == 0 and row[4] is None, row
k.execute("DELETE FROM FreeInf1")
c.rollback()
k.execute("SELECT COUNT(*) FROM FreeInf1; SELECT DB_NAME()")
assert k.fetchall() == [(1,)]
assert k.nextset() and k.fetchall() == [("F0001",)]
try:
    k.execute("INSERT INTO FreeInf1 (PK) VALUES (5)")
    raise SystemExit("a duplicate key was taken")
except pymssql.IntegrityError as e:
    assert e.args[0] == 2627, e
c.close()
print("pymssql is content")
"#;

/// Whether a program can be run; the test then says why it was left out.
fn there(program: &str, arguments: &[&str]) -> bool {
    Command::new(program)
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|s| s.success())
}

#[tokio::test(flavor = "multi_thread")]
async fn pymssql_reads_and_writes() {
    if !there("python3", &["-c", "import pymssql"]) {
        println!("SKIPPED: python3 cannot import pymssql (pip install pymssql)");
        return;
    }
    let server = server().await;
    let port = server.addr().port().to_string();
    let output = tokio::task::spawn_blocking(move || {
        Command::new("python3").args(["-c", SCRIPT, "127.0.0.1", &port]).env("PYTHONUTF8", "1").output()
    })
    .await
    .unwrap()
    .unwrap();
    let shown = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && shown.contains("pymssql is content"), "{shown}");
    let kept = server.company().query("SELECT Txt1 FROM FreeInf1").unwrap();
    assert_eq!(kept.rows, [[SqlValue::from("blåbær – ½ kg")]]);
}

#[tokio::test(flavor = "multi_thread")]
async fn freetds_tsql_reads_and_writes() {
    if !there("tsql", &["-C"]) {
        println!("SKIPPED: there is no tsql (FreeTDS)");
        return;
    }
    for version in ["7.2", "7.3", "7.4"] {
        let server = server().await;
        let port = server.addr().port().to_string();
        let output = tokio::task::spawn_blocking(move || {
            let mut tsql = Command::new("tsql")
                .args(["-H", "127.0.0.1", "-p", &port, "-U", "samband", "-P", "Hemmelig-Å1", "-D", "F0001", "-J", "UTF-8", "-o", "q"])
                .env("TDSVER", version)
                .env("LC_ALL", "C.UTF-8")
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap();
            use std::io::Write as _;
            tsql.stdin.take().unwrap().write_all("UPDATE Actor SET Nm = N'Grünerløkka' WHERE ActNo = 10002\nSELECT ActNo, Nm FROM Actor WHERE ActNo < 10003 ORDER BY ActNo\nSELECT Nothing FROM Actor\ngo\nexit\n".replace("SELECT Nothing", "go\nSELECT Nothing").as_bytes()).unwrap();
            tsql.wait_with_output().unwrap()
        })
        .await
        .unwrap();
        let shown = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(
            shown.contains("10001\tÆrø Skipsverft Åse & Sønn")
                && shown.contains("10002\tGrünerløkka")
                && shown.contains("Msg 207"),
            "{version}: {shown}"
        );
    }
}
