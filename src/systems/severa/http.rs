//! The seam below the adapter: one request, one answer.

/// A request as it leaves: its headers may hold the token, so it has no `Debug`.
#[derive(Clone)]
pub struct HttpRequest {
    pub method: &'static str,
    pub url: String,
    pub headers: Vec<(&'static str, String)>,
    pub body: Option<String>,
}

#[derive(Debug, Clone, Default)]
pub struct HttpResponse {
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl HttpResponse {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HttpFailure {
    /// It never left: no connection, an unknown name, a certificate that is not trusted.
    NotSent(String),
    /// It left, and what became of it is not known.
    NoAnswer(String),
    /// An answer came that is larger than any that is meant.
    TooLarge,
}

#[async_trait::async_trait]
pub trait Http: Send + Sync {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpFailure>;
}
