//! The standard mapping, built into the program: one binary is an installation.

/// What mappings extend it by.
pub const NAME: &str = "standard";

/// Name and text of each file, as they are shown: `standard/customers.mapping`.
pub const FILES: &[(&str, &str)] = &[
    ("standard/business-units.mapping", include_str!("../mappings/standard/business-units.mapping")),
    ("standard/customers.mapping", include_str!("../mappings/standard/customers.mapping")),
    ("standard/employees.mapping", include_str!("../mappings/standard/employees.mapping")),
    ("standard/invoices.mapping", include_str!("../mappings/standard/invoices.mapping")),
    ("standard/products.mapping", include_str!("../mappings/standard/products.mapping")),
    ("standard/projects.mapping", include_str!("../mappings/standard/projects.mapping")),
    ("standard/purchase-costs.mapping", include_str!("../mappings/standard/purchase-costs.mapping")),
    ("standard/settings.mapping", include_str!("../mappings/standard/settings.mapping")),
    ("standard/work-hours.mapping", include_str!("../mappings/standard/work-hours.mapping")),
];

#[cfg(test)]
mod tests {
    /// A file that was added beside the others and not here would be missing without a word.
    #[test]
    fn every_file_of_the_folder_is_built_in() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/mappings/standard");
        let mut names: Vec<String> = std::fs::read_dir(folder)
            .expect("the standard mapping's folder")
            .flatten()
            .map(|entry| format!("standard/{}", entry.file_name().to_string_lossy()))
            .collect();
        names.sort();
        let built_in: Vec<_> = super::FILES.iter().map(|(name, _)| (*name).to_owned()).collect();
        assert_eq!(built_in, names);
    }
}
