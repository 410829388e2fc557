//! Which scopes requests need: a token is asked for those that the records of a mapping need, and no others, so that
//! an administrator need not grant what is not used.

/// The scope of a request, by its method and the first step of its path below the version. Every route of the
/// document has one, `area:read` or `area:write`, and areas hold whole collections.
pub fn of(method: &str, path: &str) -> Option<String> {
    let collection = path.strip_prefix("/v1/")?.split('/').next()?;
    let area = match collection {
        "token" => return None,
        "addresses" | "contactcommunications" | "contactpersons" | "contacts" | "customers" => "customers",
        "invoicerows" | "invoices" => "invoices",
        "organizationsettings" => "organization",
        "phases" | "projects" => "projects",
        "projectfees" => "fees",
        "projecttravelexpenses" => "travels",
        "users" => "users",
        "workhours" => "hours",
        _ => "settings",
    };
    Some(format!("{area}:{}", if method == "GET" { "read" } else { "write" }))
}

/// The scopes to prove when a tenant is opened, of a record whose collection is at `list`. Hours and travel expenses
/// are read only by the standard mapping, so that writing them is asked for when it is done first.
pub fn at_opening(list: &str, writable: bool) -> Vec<String> {
    let write = of("PATCH", list).filter(|scope| writable && scope != "hours:write" && scope != "travels:write");
    of("GET", list).into_iter().chain(write).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_has_the_scope_that_the_document_names() {
        let document: serde_json::Value =
            serde_json::from_str(include_str!("../../../facts/severa-openapi.json")).unwrap();
        for resource in super::super::resources::all() {
            for (path, held) in document["paths"].as_object().unwrap() {
                if path != resource.list && *path != format!("{}/{{guid}}", resource.list) {
                    continue;
                }
                for (method, operation) in held.as_object().unwrap() {
                    let security = operation["security"].as_array().unwrap();
                    let named: Vec<&str> = security
                        .iter()
                        .filter_map(|s| s["OAuth2"].as_array())
                        .flatten()
                        .filter_map(|s| s.as_str())
                        .collect();
                    let found = of(&method.to_uppercase(), path).unwrap();
                    assert!(named.is_empty() || named.contains(&found.as_str()), "{method} {path}: {found}, {named:?}");
                }
            }
        }
    }
}
