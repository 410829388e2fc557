//! Requests over the network.

use super::http::{Http, HttpFailure, HttpRequest, HttpResponse};
use std::error::Error;
use std::time::Duration;

/// No answer of Severa's comes near this.
const MOST: usize = 64 * 1024 * 1024;

pub struct ReqwestHttp {
    client: reqwest::Client,
}

impl ReqwestHttp {
    /// Follows no redirect: Severa sends none, and a token must not travel to another host.
    pub fn new() -> Result<Self, HttpFailure> {
        // Only one provider is compiled in; that it is installed already is no fault.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(Duration::from_secs(15))
            .timeout(Duration::from_secs(120))
            .user_agent(concat!("samband/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|e| HttpFailure::NotSent(chain(&e)))?;
        Ok(Self { client })
    }
}

#[async_trait::async_trait]
impl Http for ReqwestHttp {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpFailure> {
        let method =
            reqwest::Method::from_bytes(request.method.as_bytes()).map_err(|e| HttpFailure::NotSent(e.to_string()))?;
        let mut builder = self.client.request(method, &request.url);
        for (name, value) in request.headers {
            builder = builder.header(name, value);
        }
        if let Some(body) = request.body {
            builder = builder.body(body);
        }
        let mut response = builder.send().await.map_err(failure)?;
        let status = response.status().as_u16();
        let text = |v: &reqwest::header::HeaderValue| String::from_utf8_lossy(v.as_bytes()).into_owned();
        let headers = response.headers().iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect();
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|e| HttpFailure::NoAnswer(chain(&e)))? {
            if body.len() + chunk.len() > MOST {
                return Err(HttpFailure::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(HttpResponse { status, headers, body })
    }
}

fn failure(error: reqwest::Error) -> HttpFailure {
    if error.is_connect() || error.is_builder() {
        HttpFailure::NotSent(chain(&error))
    } else {
        HttpFailure::NoAnswer(chain(&error))
    }
}

/// An error with its causes, of which the innermost says what happened; without the address, which the message has.
fn chain(error: &dyn Error) -> String {
    let mut causes = Vec::new();
    let mut current = error.source();
    while let Some(cause) = current {
        let text = cause.to_string();
        if causes.last() != Some(&text) {
            causes.push(text);
        }
        current = cause.source();
    }
    if causes.is_empty() { error.to_string() } else { causes.join(": ") }
}
