//! A browser that follows a sign-in to its end.

use std::collections::BTreeMap;

use reqwest::{
    Response, Url,
    header::{COOKIE, LOCATION, SET_COOKIE},
};

use crate::{Error, process::client};

/// More than any sign-in takes.
const REDIRECTS: usize = 10;

/// Opens a page as a browser does, follows its redirects with their cookies, and returns the text
/// of the last one.
///
/// # Errors
/// If a page does not answer, or leads nowhere.
pub async fn browse(page: &str) -> Result<String, Error> {
    let order = format!("GET {page}");
    let failed = |source| Error::NoAnswer { order: order.clone(), source };
    let lost = |status: u16, answer: &str| {
        let (order, answer) = (order.clone(), answer.to_owned());
        Error::Refused { order, status, answer }
    };
    let client = client()?;
    let mut jar: BTreeMap<(String, String), String> = BTreeMap::new();
    let mut page = Url::parse(page).map_err(|it| lost(0, &it.to_string()))?;
    for _ in 0..REDIRECTS {
        let host = page.authority().to_owned();
        let cookies = jar.iter().filter(|(key, _)| key.0 == host);
        let cookies: Vec<_> = cookies.map(|(key, value)| format!("{}={value}", key.1)).collect();
        let request = client.get(page.clone()).header(COOKIE, cookies.join("; "));
        let answer = request.send().await.map_err(failed)?;
        for (name, value) in cookies_of(&answer) {
            jar.insert((host.clone(), name), value);
        }
        let status = answer.status().as_u16();
        let Some(next) = answer.headers().get(LOCATION) else {
            return answer.text().await.map_err(failed);
        };
        let next = next.to_str().ok().and_then(|it| page.join(it).ok());
        page = next.ok_or_else(|| lost(status, "it leads to no address"))?;
    }
    Err(lost(302, "it leads from page to page without end"))
}

fn cookies_of(answer: &Response) -> Vec<(String, String)> {
    let set = answer.headers().get_all(SET_COOKIE).iter();
    let pairs = set.filter_map(|it| it.to_str().ok()?.split(';').next()?.split_once('='));
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}
