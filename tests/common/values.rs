//! Values in the shape of credentials, made at run time: the repository holds none.

/// Expands a template of the library; the same seed gives the same text.
pub fn expand(template: &str, seed: u64) -> String {
    keysweep::example::expand(template, seed).expect("the test's template is valid")
}

/// A token with a valid checksum: high confidence, high severity.
pub fn token(seed: u64) -> String {
    expand("{check:crc32-base62:ghp_{alnum:30}}", seed)
}

/// A line that assigns such a token.
pub fn line(seed: u64) -> String {
    format!("GITHUB_TOKEN={}\n", token(seed))
}

/// A signed-looking JWT that ended at `exp` seconds after 1970.
pub fn jwt(exp: i64, seed: u64) -> String {
    let claims =
        format!(r#"{{"iss":"https://login.demo.test","sub":"svc","iat":1693638000,"exp":{exp}}}"#);
    jwt_of(&claims, seed)
}

/// A signed-looking JWT with claims, which are JSON.
pub fn jwt_of(claims: &str, seed: u64) -> String {
    let template = format!(r#"{{jwt:{{"alg":"RS256","typ":"JWT"}}.{claims}}}"#);
    expand(&template, seed)
}
