//! Which characters a `varchar` column can hold. SQL Server turns the others into `?` or a look-alike
//! without a word, so they are found before anything is written.

use encoding_rs::Encoding;

/// How a text column stores its characters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Charset {
    /// `nvarchar`: UTF-16, its length counted in units of two bytes.
    Unicode,
    /// A collation with `_UTF8`: its length counted in bytes.
    Utf8,
    CodePage(&'static Encoding),
    /// A collation whose code page we do not know: only ASCII is certain to stay.
    Ascii,
}

/// The first parts of collation names whose code page is not 1252, by Microsoft's list of Windows collations.
const FAMILIES: &[(&str, u16)] = &[
    ("Albanian", 1250), ("Bosnian_Latin", 1250), ("Croatian", 1250), ("Czech", 1250), ("Hungarian", 1250), ("Polish", 1250), ("Romanian", 1250),
    ("Serbian_Latin", 1250), ("Slovak", 1250), ("Slovenian", 1250), ("Turkmen", 1250),
    ("Bashkir", 1251), ("Bosnian_Cyrillic", 1251), ("Cyrillic_General", 1251), ("Kazakh", 1251), ("Macedonian", 1251), ("Serbian_Cyrillic", 1251),
    ("Tatar", 1251), ("Ukrainian", 1251), ("Yakut", 1251),
    ("Greek", 1253), ("Azeri_Latin", 1254), ("Turkish", 1254), ("Uzbek_Latin", 1254), ("Hebrew", 1255), ("Arabic", 1256), ("Persian", 1256),
    ("Urdu", 1256), ("Uighur", 1256), ("Estonian", 1257), ("Latvian", 1257), ("Lithuanian", 1257), ("Vietnamese", 1258), ("Thai", 874),
    ("Japanese", 932), ("Chinese_PRC", 936), ("Chinese_Simplified", 936), ("Korean", 949), ("Chinese_Taiwan", 950), ("Chinese_Traditional", 950),
    ("Chinese_Hong_Kong", 950),
];

const WESTERN: &[&str] = &[
    "Danish", "Dutch", "Finnish_Swedish", "French", "German_PhoneBook", "Icelandic", "Indic_General", "Latin1_General", "Modern_Spanish", "Norwegian",
    "Sami_Norway", "Sami_Sweden_Finland", "Traditional_Spanish", "Welsh", "Breton", "Corsican", "Frisian", "Mapudungan", "Mohawk", "Romansh",
];

impl Charset {
    /// Of a column by its data type and the name of its collation.
    pub fn of(data_type: &str, collation: &str) -> Self {
        if data_type.to_ascii_lowercase().starts_with('n') {
            return Charset::Unicode;
        }
        if collation.to_ascii_uppercase().ends_with("_UTF8") {
            return Charset::Utf8;
        }
        code_page(collation).and_then(encoding).map_or(Charset::Ascii, Charset::CodePage)
    }

    /// The characters of the text that the column cannot hold, each once.
    pub fn lost(self, text: &str) -> Vec<char> {
        let mut lost = Vec::new();
        for c in text.chars().filter(|c| !c.is_ascii()) {
            let kept = match self {
                Charset::Unicode | Charset::Utf8 => true,
                Charset::CodePage(encoding) => !encoding.encode(c.encode_utf8(&mut [0; 4])).2,
                Charset::Ascii => false,
            };
            if !kept && !lost.contains(&c) {
                lost.push(c);
            }
        }
        lost
    }

    /// The text's length as the column counts it.
    pub fn length(self, text: &str) -> usize {
        match self {
            Charset::Unicode => text.encode_utf16().count(),
            Charset::Utf8 => text.len(),
            Charset::CodePage(encoding) => encoding.encode(text).0.len(),
            Charset::Ascii => text.chars().count(),
        }
    }

    pub fn name(self) -> String {
        match self {
            Charset::Unicode => "Unicode".into(),
            Charset::Utf8 => "UTF-8".into(),
            Charset::CodePage(encoding) => encoding.name().into(),
            Charset::Ascii => "ASCII (the column's code page is not known)".into(),
        }
    }
}

fn code_page(collation: &str) -> Option<u16> {
    // SQL Server's old collations name their code page: SQL_Latin1_General_CP1_CI_AS, SQL_..._CP1257_...; CP1 is 1252.
    if let Some(old) = collation.strip_prefix("SQL_") {
        let page: String = old.split("CP").nth(1)?.chars().take_while(char::is_ascii_digit).collect();
        return match page.parse().ok()? {
            1 => Some(1252),
            page => Some(page),
        };
    }
    let starts = |family: &str| collation.get(..family.len()).is_some_and(|start| start.eq_ignore_ascii_case(family));
    FAMILIES.iter().find(|(family, _)| starts(family)).map(|(_, page)| *page).or_else(|| WESTERN.iter().any(|f| starts(f)).then_some(1252))
}

fn encoding(page: u16) -> Option<&'static Encoding> {
    Encoding::for_label(match page {
        874 => b"windows-874",
        932 => b"shift_jis",
        936 => b"gbk",
        949 => b"euc-kr",
        950 => b"big5",
        1250 => b"windows-1250",
        1251 => b"windows-1251",
        1252 => b"windows-1252",
        1253 => b"windows-1253",
        1254 => b"windows-1254",
        1255 => b"windows-1255",
        1256 => b"windows-1256",
        1257 => b"windows-1257",
        1258 => b"windows-1258",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_each_collation_loses() {
        for (data_type, collation, text, lost) in [
            ("varchar", "Danish_Norwegian_CI_AS", "Ærø Ålto € – Škoda", ""),
            ("varchar", "Finnish_Swedish_CI_AS", "Łódź, Łódź", "Łź"),
            ("varchar", "SQL_Latin1_General_CP1_CI_AS", "Жук", "Жук"),
            ("varchar", "Estonian_CI_AS", "Jõgeva Ā", ""),
            ("varchar", "Latin1_General_100_CI_AS_SC_UTF8", "Жук 日本", ""),
            ("varchar", "Klingon_CI_AS", "Ærø", "Æø"),
            ("nvarchar", "Danish_Norwegian_CI_AS", "Жук 😀", ""),
        ] {
            assert_eq!(Charset::of(data_type, collation).lost(text).into_iter().collect::<String>(), lost, "{data_type} {collation}");
        }
    }

    #[test]
    fn lengths_are_the_columns_own() {
        assert_eq!(Charset::of("nvarchar", "").length("Æ😀"), 3);
        assert_eq!(Charset::of("varchar", "Danish_Norwegian_CI_AS").length("Ærø"), 3);
        assert_eq!(Charset::of("varchar", "Latin1_General_100_CI_AS_SC_UTF8").length("Ærø"), 5);
    }
}
