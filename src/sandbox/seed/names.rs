//! Names and places that made-up companies and people are put together from.

/// A country's places, people and kinds of company.
pub struct Land {
    pub code2: &'static str,
    pub currency: &'static str,
    /// Postal code and city.
    pub cities: &'static [(&'static str, &'static str)],
    pub streets: &'static [&'static str],
    pub first: &'static [&'static str],
    pub last: &'static [&'static str],
    pub companies: &'static [&'static str],
    pub form: &'static str,
    pub domain: &'static str,
}

/// The three countries of the seed.
pub const LANDS: &[Land] = &[
    Land {
        code2: "NO",
        currency: "NOK",
        cities: &[
            ("0155", "Oslo"),
            ("5003", "Bergen"),
            ("7011", "Trondheim"),
            ("9008", "Tromsø"),
            ("4006", "Stavanger"),
            ("6002", "Ålesund"),
            ("8006", "Bodø"),
            ("2609", "Lillehammer"),
        ],
        streets: &["Storgata", "Kirkegata", "Strandveien", "Fjellgata", "Skolegata", "Havnegata"],
        first: &["Kari", "Ola", "Silje", "Håkon", "Øystein", "Åse", "Bjørn", "Marit", "Sindre", "Tuva"],
        last: &["Hansen", "Johansen", "Berg", "Haugen", "Sørensen", "Ødegård", "Lie", "Dahl", "Aas", "Bråten"],
        companies: &["Nordlys", "Fjell", "Havn", "Vestland", "Midnattsol", "Kyst", "Granli", "Tind", "Bølge", "Ørn"],
        form: "AS",
        domain: "example.no",
    },
    Land {
        code2: "SE",
        currency: "SEK",
        cities: &[
            ("111 29", "Stockholm"),
            ("411 05", "Göteborg"),
            ("211 22", "Malmö"),
            ("753 20", "Uppsala"),
            ("903 26", "Umeå"),
        ],
        streets: &["Storgatan", "Drottninggatan", "Kungsgatan", "Järnvägsgatan", "Ängsvägen"],
        first: &["Astrid", "Björn", "Elsa", "Nils", "Åsa", "Göran", "Linnéa", "Oskar"],
        last: &["Andersson", "Lindgren", "Åkesson", "Sjöberg", "Öberg", "Nyström", "Bergström"],
        companies: &["Sjö", "Björk", "Mälar", "Älg", "Kungs", "Norrsken", "Lund", "Väst"],
        form: "AB",
        domain: "example.se",
    },
    Land {
        code2: "FI",
        currency: "EUR",
        cities: &[
            ("00100", "Helsinki"),
            ("33100", "Tampere"),
            ("20100", "Turku"),
            ("90100", "Oulu"),
            ("40100", "Jyväskylä"),
        ],
        streets: &["Mannerheimintie", "Rautatienkatu", "Satamakatu", "Koulukatu", "Järvitie"],
        first: &["Aino", "Väinö", "Helmi", "Eero", "Päivi", "Mikko", "Tuuli", "Jyrki"],
        last: &["Korhonen", "Mäkinen", "Nieminen", "Hämäläinen", "Järvinen", "Aalto", "Laine"],
        companies: &["Järvi", "Kuusi", "Revontuli", "Pohjola", "Saari", "Koivu", "Tähti"],
        form: "Oy",
        domain: "example.fi",
    },
];

/// What companies do.
pub const TRADES: &[&str] =
    &["Bygg", "Media", "Energi", "Transport", "Data", "Design", "Invest", "Marine", "Foto", "Teknikk"];
