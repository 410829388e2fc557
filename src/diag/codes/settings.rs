//! Codes of the group `settings`: what can be wrong with samband.yaml.

use super::codes;

codes! {
    NOT_YAML = "settings-syntax" Error
        "the settings file is not YAML"
        "samband.yaml is read as YAML: `key: value` lines, groups indented by spaces. Nothing of a file that cannot be read is used, so other faults in it show only once this one is mended.";
    UNKNOWN_KEY = "unknown-key" Error
        "a key that the settings do not have"
        "A key that is not known is refused rather than passed over: a slip in `limits` would otherwise take the limits away without a word.";
    DUPLICATE_KEY = "duplicate-key" Error
        "a key that stands twice"
        "Only one of two values can count, and which one is not for the reader to guess. Remove one.";
    MISSING_KEY = "missing-key" Error
        "a key that must be there"
        "The section cannot be used without it.";
    WRONG_KIND = "wrong-kind" Error
        "a value of the wrong kind"
        "The key wants another kind of value: a text, a number, a list, or a group of keys.";
    BAD_VALUE = "bad-value" Error
        "a value that the key does not take"
        "The value is of the right kind, but it is out of range or not one of the words or forms that the key takes.";
    PLAIN_SECRET = "plain-secret" Error
        "a secret in plain text"
        "Settings are kept in version control and shown in messages, so a secret is never written into them: name an environment variable (`{ env: NAME }`) or a file (`{ file: path }`) that holds it. A secret that stood in a file that was shared should be changed.";
    INSECURE_URL = "insecure-url" Error
        "an address without encryption"
        "The client secret and everything read from Severa would pass in the clear. Only an address on this machine (the sandbox) may do without https.";
    NOT_ENCRYPTED = "not-encrypted" Warning
        "a connection that is not encrypted or not checked"
        "With `encrypt: off` the data pass in the clear; with `trust_certificate: true` any machine in between can pass as the server. Use `encrypt: required`, and `ca_certificate: path` for a certificate of your own.";
    CONTRADICTION = "contradiction" Error
        "keys that exclude each other"
        "Both cannot hold at once; remove one.";
    MISSING_FILE = "missing-file" Error
        "a file that is named but not there"
        "The path is relative to the file that names it.";
}
