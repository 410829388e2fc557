use super::look::Look;
use super::story::{self, Expected, Promise, Where};
use crate::cli::sandbox::fresh;
use crate::cli::sandbox::home::Home;
use crate::cli::sandbox::servers::Servers;
use crate::sandbox::seed::Size;

/// What both users' edits leave behind before any run.
const EDITED: &[Promise] = &[
    Promise {
        told: "the edit in Severa",
        look: Where::Severa { list: "/v1/customers", member: "/number", value: "10000", shown: "/name" },
        found: Expected::Is(&["Fjordkraft Anlegg AS"]),
    },
    Promise {
        told: "the won offer",
        look: Where::Severa { list: "/v1/projects", member: "/number", value: "6002", shown: "/salesStatus/name" },
        found: Expected::Is(&["Order"]),
    },
    Promise {
        told: "the edit in Visma Business",
        look: Where::Business("SELECT Nm FROM R2 WHERE RNo = 5002"),
        found: Expected::Is(&["Kuusikko nettbutikk"]),
    },
    Promise {
        told: "and it is stamped",
        look: Where::Business("SELECT COUNT(*) FROM Actor WHERE CustNo = 10002 AND ChUsr = 'kari' AND ChDt > 20260101"),
        found: Expected::Is(&["1"]),
    },
    Promise {
        told: "records are the same by both looks where nothing was done",
        look: Where::Business("SELECT Nm FROM R1 WHERE RNo = 110"),
        found: Expected::SameAs(Where::Severa {
            list: "/v1/businessunits",
            member: "/code",
            value: "110",
            shown: "/name",
        }),
    },
];

#[test]
fn the_users_edits_arrive_through_both_protocols_and_broken_promises_are_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let runtime = crate::cli::runtime::start().expect("threads");
    runtime.block_on(async {
        let home = Home::new(folder.path());
        let made = fresh("small".to_owned(), 1);
        home.prepare(&made).expect("prepared");
        let servers = Servers::start(&home, Size::Small, &made).await.expect("started");
        let access = servers.access(&made.access);
        home.write_project(&access, servers.certificate(), None).expect("written");
        let mut look = Look::open(&access, &home.certificate()).await.expect("both are reached");
        story::edit(&mut look, |_| ()).await.expect("edited");
        let said = std::cell::RefCell::new(Vec::new());
        let say = |line: &str| said.borrow_mut().push(line.to_owned());
        let broken = story::verify(&mut look, EDITED, say).await.expect("looked up");
        assert_eq!(broken, 0, "{:?}", said.borrow());
        // Without a run the story is not true, and that must be seen.
        let broken = story::verify(&mut look, story::FIRST, say).await.expect("looked up");
        assert!(broken >= 6, "{:?}", said.borrow());
        servers.stop().await;
    });
}
