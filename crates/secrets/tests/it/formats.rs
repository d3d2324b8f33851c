//! More than two hundred forms of keys, each in the places where sessions have them. They
//! are made up here from their forms, so that no file of this repository holds a key.

use driftline_secrets::Scanner;

/// Forms: `{h32}` are 32 hexadecimal digits; `A` letters and digits, `a` without capitals,
/// `U` without small ones, `W` also `_` and `-`, `B` also `+` and `/`, `9` digits.
pub(crate) const FORMS: &str = "
sk-ant-api03-{W93}AA
sk-ant-admin01-{W93}AA
sk-ant-oat01-{W95}
sk-ant-ort01-{W95}
sk-ant-sid01-{W95}
sk-or-v1-{h64}
sk-proj-{W74}T3BlbkFJ{W73}
sk-svcacct-{W74}T3BlbkFJ{W73}
sk-admin-{W74}T3BlbkFJ{W73}
sk-{A20}T3BlbkFJ{A20}
sk-{a32}
sk-{A48}
sk-lf-{h8}-{h4}-{h4}-{h4}-{h12}
sk_{h48}
hf_{A34}
api_org_{A34}
r8_{A37}
gsk_{A52}
pplx-{A48}
xai-{A80}
nvapi-{W64}
fw_{A24}
csk-{a48}
tgp_v1_{W43}
lsv2_pt_{h32}_{h10}
lsv2_sk_{h32}_{h10}
pcsk_{A70}
tvly-{A32}
tvly-dev-{A32}
fc-{h32}
e2b_{h40}
pa-{W43}
jina_{A60}
rpa_{U42}
AKIA{K16}
ASIA{K16}
ABIA{K16}
ACCA{K16}
aws_secret_access_key = {B40}
aws_secret_access_key={B40}
AWS_SECRET_ACCESS_KEY=\"{B40}\"
\"SecretAccessKey\": \"{B40}\"
secretAccessKey: '{B40}'
ABSK{B132}
AIza{W35}
GOCSPX-{W28}
ya29.{W120}
ya29.a0{W160}
1//0{W98}
AccountKey={B86}==
DefaultEndpointsProtocol=https;AccountName=logs;AccountKey={B86}==;EndpointSuffix=core.windows.net
SharedAccessKey={B43}=
{A3}8Q~{W34}
https://a.blob.core.windows.net/b?sv=2024&sig={A43}%3D
dop_v1_{h64}
doo_v1_{h64}
dor_v1_{h64}
HRKU-{W60}
HRKU-{h8}-{h4}-{h4}-{h4}-{h12}
v1.0-{h24}-{h146}
cfut_{A40}
cfat_{A40}
LTAI{A20}
AKID{A32}
AQVN{W36}
hvs.{W95}
hvb.{W140}
hvs.{A24}
{A14}.atlasv1.{W64}
pul-{h40}
dp.pt.{A43}
dp.st.dev_local.{A43}
dp.ct.{A43}
dp.sa.{A43}
dp.scim.{A43}
dp.audit.{A43}
dapi{h32}
dapi{h32}-2
pscale_tkn_{A43}
pscale_pw_{A43}
pscale_oauth_{A43}
sbp_{h40}
sb_secret_{W36}
napi_{a64}
vercel_blob_rw_{A16}_{A30}
vcp_{A56}
vck_{A56}
nfp_{A36}
nfc_{A36}
rnd_{A28}
fm1r_{A60}
fm2_{B90}
fo1_{A43}
tskey-auth-{A12}-{A32}
tskey-api-{A12}-{A32}
tskey-client-{A12}-{A32}
prod:happy-otter-123|{A60}
dev:happy-otter-123|{A60}
preview:team:project|{A60}
SCW{U17}
sha256~{W43}
glsa_{A32}_{h8}
glc_{B60}==
NRAK-{U27}
NRII-{W32}
NRJS-{a19}
sntrys_eyJ{A120}
sntryu_{h64}
dt0c01.{U24}.{U64}
hcaik_{a58}
hcbik_{a58}
AGE-SECRET-KEY-1{Q58}
ops_eyJ{A250}
ico-{A32}
ghp_{A36}
gho_{A36}
ghu_{A36}
ghs_{A36}
ghr_{A76}
github_pat_{A22}_{A59}
glpat-{W20}
glpat-{W27}.01.{a9}
gldt-{W20}
glft-{W20}
glsoat-{W20}
glrt-{W20}
glrt-t1_{W20}
glcbt-64_{W20}
glptt-{h40}
glagent-{W50}
gloas-{h64}
glimt-{W25}
glffct-{W20}
GR1348941{W20}
ATBB{A32}
ATATT3xFfGF0{W170}={H8}
ATCTT3xFfG{W170}={H8}
npm_{A36}
pypi-AgEIcHlwaS5vcmc{W120}
pypi-AgENdGVzdC5weXBpLm9yZw{W120}
rubygems_{h48}
cio{A32}
oy2{a43}
CLOJARS_{a60}
dckr_pat_{W27}
dckr_oat_{W32}
AKCp{A69}
cmVmdGtu{A56}
squ_{h40}
sqp_{h40}
sqa_{h40}
CCIPAT_{A22}_{h40}
CCIPRJ_{A22}_{h40}
bkua_{h40}
PMAK-{h24}-{h34}
rdme_{a70}
pnu_{a36}
sdk-{h8}-{h4}-4{h3}-a{h3}-{h12}
api-{h8}-{h4}-4{h3}-b{h3}-{h12}
sgp_{h16}_{h40}
sgp_local_{h40}
key_{h64}
crsr_{h64}
expo_{W40}
sk_live_{A24}
sk_live_{A99}
sk_test_{A24}
rk_live_{A24}
rk_test_{A99}
whsec_{A32}
whsec_{B44}
xoxb-{912}-{913}-{A24}
xoxp-{912}-{912}-{913}-{h32}
xoxa-2-{912}-{A30}
xoxr-{912}-{A30}
xoxs-{912}-{912}-{912}-{h64}
xoxe.xoxp-1-{A160}
xoxe-1-{A146}
xapp-1-{U11}-{913}-{h64}
https://hooks.slack.com/services/T{U9}/B{U10}/{A24}
https://discord.com/api/webhooks/{918}/{W68}
https://discordapp.com/api/webhooks/{918}/{W68}
DISCORD_TOKEN=M{A23}.{A6}.{W38}
https://acme.webhook.office.com/webhookb2/{h8}-{h4}-{h4}-{h4}-{h12}@{h8}-{h4}-{h4}-{h4}-{h12}/IncomingWebhook/{h32}/{h8}-{h4}-{h4}-{h4}-{h12}
{910}:AA{W33}
SK{h32}
SG.{W22}.{W43}
key-{h32}
{h32}-us12
xkeysib-{h64}-{A16}
xsmtpsib-{h64}-{A16}
re_{A8}_{A24}
shpat_{h32}
shpca_{h32}
shppa_{h32}
shpss_{h32}
sq0atp-{W22}
sq0csp-{W43}
EAAA{W60}
access_token$production${a16}${h32}
access-sandbox-{h8}-{h4}-{h4}-{h4}-{h12}
access-production-{h8}-{h4}-{h4}-{h4}-{h12}
rzp_live_{A14}
FLWSECK_TEST-{h32}-X
EZAK{A54}
EZTK{A54}
organizations/{h8}-{h4}-{h4}-{h4}-{h12}/apiKeys/{h8}-{h4}-{h4}-{h4}-{h12}
EAA{A150}
AAAAAAAAAAAAAAAAAAAAA{A80}
figd_{W40}
figu_{W40}
ntn_{A46}
secret_{A43}
lin_api_{A40}
lin_oauth_{h64}
pat{A14}.{h64}
2/{916}/{916}:{h32}
pk_{98}_{U32}
sl.{W140}
sl.u.{W140}
CFPAT-{W43}
tfp_{A44}_{A12}
sk.eyJ{A80}.{W22}
shippo_live_{h40}
duffel_test_{W43}
fio-u-{W64}
pat-na1-{h8}-{h4}-{h4}-{h4}-{h12}
s-s4t2ud-{h64}
https://hooks.zapier.com/hooks/catch/{98}/{a7}/
phx_{A43}
ALGOLIA_ADMIN_KEY={h32}
-----BEGIN RSA PRIVATE KEY-----\\nMIIE{B60}
-----BEGIN PRIVATE KEY-----\\nMIIE{B60}
-----BEGIN OPENSSH PRIVATE KEY-----\\nb3Blbn{B60}
-----BEGIN EC PRIVATE KEY-----\\nMHcC{B60}
-----BEGIN ENCRYPTED PRIVATE KEY-----\\nMIIF{B60}
-----BEGIN PGP PRIVATE KEY BLOCK-----\\n\\nlQOY{B60}
eyJhbGciOi{W26}.eyJzdWIi{W60}.{W43}
Authorization: Bearer {A40}
Authorization: Basic {B48}
\"Authorization\": \"Bearer {W60}\"
-H 'Authorization: token {A40}'
x-api-key: {A40}
curl -H \"Authorization: Bearer {h64}\"
postgres://app:{A20}@db.internal:5432/main
postgresql://app:{A20}@10.0.0.5/main
mysql://root:{A18}@mysql:3306/app
mongodb+srv://app:{A24}@cluster0.abcde.mongodb.net
redis://:{A32}@cache:6379/0
amqps://app:{A32}@rabbit/vhost
https://deploy:{A24}@git.internal/repo.git
machine git.internal login me password {A20}
//registry.npmjs.org/:_authToken={A36}
_auth={B40}
\"api_key\": \"{A32}\"
apiKey: '{A32}'
const apiKey = \"{h40}\";
secret_key = '{A50}'
client_secret: \"{A40}\"
\"password\": \"{A16}\"
\\\"token\\\": \\\"{A40}\\\"
encryption_key := \"{h64}\"
STRIPE_WEBHOOK_SECRET={A32}
DB_PASSWORD={A20}
SESSION_SECRET={h64}
export INTERNAL_API_TOKEN={A32}
";

/// Where sessions have them; what comes before must not hide them, nor what follows.
pub(crate) const PLACES: [(&str, &str); 5] = [
    ("", ""),
    ("Use this: ", " please."),
    ("{\"role\":\"user\",\"content\":\"VALUE is ", "\\n\"}"),
    ("const it = '", "';\n"),
    ("  \"env\": { \"IT\": \"", "\" },\n"),
];

pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }
}

pub(crate) fn filled(form: &str, dice: &mut Dice) -> String {
    let form = form.replace("\\n", "\n");
    let (mut text, mut rest) = (String::new(), form.as_str());
    while let Some((before, open)) = rest.split_once('{') {
        let (hole, after) = open.split_once('}').unwrap();
        let of = match &hole[..1] {
            "h" => "0123456789abcdef",
            "H" => "0123456789ABCDEF",
            "A" => "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
            "a" => "abcdefghijklmnopqrstuvwxyz0123456789",
            "U" => "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
            "K" => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
            "Q" => "023456789ACDEFGHJKLMNPQRSTUVWXYZ",
            "W" => "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-",
            "B" => "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/",
            _ => "0123456789",
        };
        text.push_str(before);
        for _ in 0..hole[1..].parse::<usize>().unwrap() {
            text.push(char::from(of.as_bytes()[dice.roll(of.len())]));
        }
        rest = after;
    }
    text + rest
}

#[test]
fn known_forms_are_found_wherever_they_stand() {
    let scanner = Scanner::new().unwrap();
    let forms: Vec<&str> = FORMS.lines().filter(|it| !it.is_empty()).collect();
    assert!(forms.len() >= 200, "{}", forms.len());
    let (mut dice, mut tried, mut missed) = (Dice(7), 0, Vec::new());
    for form in &forms {
        for (before, after) in PLACES {
            let text = format!("{before}{}{after}", filled(form, &mut dice));
            tried += 1;
            if scanner.scan(&text).is_empty() {
                missed.push(text);
            }
        }
    }
    assert!(missed.len() * 100 <= tried, "{} of {tried}: {missed:#?}", missed.len());
}

#[test]
fn a_form_is_found_by_one_rule_and_counted_once() {
    let scanner = Scanner::new().unwrap();
    let mut dice = Dice(3);
    for (form, rule) in [
        ("GITHUB_TOKEN=ghp_{A36}", "github-token"),
        ("\"api_key\": \"sk-ant-api03-{W93}AA\"", "anthropic-key"),
        ("Authorization: Bearer eyJhbGciOi{W26}.eyJzdWIi{W60}.{W43}", "jwt"),
        ("STRIPE_SECRET=sk_live_{A24}", "stripe-key"),
    ] {
        let text = filled(form, &mut dice);
        let found: Vec<_> = scanner.scan(&text).iter().map(|it| it.rule.id).collect();
        assert_eq!(found, [rule], "{form}");
    }
    let two = format!("{} {}", filled("ghp_{A36}", &mut dice), filled("AKIA{K16}", &mut dice));
    assert_eq!(scanner.scan(&two).len(), 2);
}

#[test]
fn names_are_unique_and_every_rule_is_explained() {
    let mut names: Vec<_> = driftline_secrets::rules().map(|it| it.id).collect();
    let all = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all);
    assert!(driftline_secrets::rules().all(|it| !it.doc.is_empty()));
}
