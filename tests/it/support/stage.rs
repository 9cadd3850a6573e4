//! A fresh database, and the hands of the command line on it.
//!
//! Everything is made by the same functions that the commands use. The clock stands still until a test moves it.

use chrono::{DateTime, Utc};
use sqlx::postgres::PgConnectOptions;
use switchboard::app::{Parts, RunningServer};
use switchboard::clock::Clock;
use switchboard::http::server::{self, Limits};
use switchboard::numbers;
use switchboard::tenancy::account::{Account, AccountReach};
use switchboard::tenancy::api_key::{self, KeyKind, PlainApiKey};
use switchboard::tenancy::database::PoolSizes;
use switchboard::tenancy::directory::{self, TokenSlot};
use switchboard::tenancy::secrets::KeyRing;
use switchboard::tenancy::{Database, TenantId, TenantScope, VerifiedOperator};
use switchboard::tenants::{self, NewTenant};
use switchboard::twilio::phone_number::E164PhoneNumber;
use switchboard::twilio::public_url::PublicBaseUrl;

use super::{ApiClient, TestApp, TestDatabase, Twilio};

/// Where Twilio reaches the server, as far as signatures are concerned.
pub(crate) const PUBLIC_URL: &str = "https://calls.example.com";
const POOLS: PoolSizes = PoolSizes { webhooks: 4, reports: 4 };

/// A firm with a number, as an agency sets it up on a Monday.
#[derive(Clone, Debug)]
pub(crate) struct Firm {
    pub(crate) id: TenantId,
    pub(crate) slug: String,
    /// The line that its customers dial.
    pub(crate) number: String,
    /// Where its calls are forwarded to.
    pub(crate) forward_number: Option<String>,
}

/// A database and what has been set up in it.
#[derive(Debug)]
pub(crate) struct Stage {
    pub(crate) database: TestDatabase,
    pub(crate) clock: Clock,
    /// The agency's own account, from the environment: its tokens are not in the database.
    pub(crate) agency: Twilio,
    pub(crate) public_urls: Vec<PublicBaseUrl>,
    /// Where Twilio's REST interface is played.
    pub(crate) twilio_api: Option<PublicBaseUrl>,
    key_ring: KeyRing,
    keys: String,
    /// The connections of the command line.
    office: Database,
}

impl Stage {
    pub(crate) async fn new() -> Self {
        let database = TestDatabase::new().await;
        let keys = KeyRing::new_text().to_string();
        Self {
            clock: Clock::set_to("2026-03-03T17:02:11Z".parse().unwrap()),
            agency: Twilio::account(1),
            twilio_api: None,
            public_urls: vec![PublicBaseUrl::parse(PUBLIC_URL).unwrap()],
            key_ring: KeyRing::parse(&keys).unwrap(),
            keys,
            office: Database::new(&database.options(), PoolSizes { webhooks: 1, reports: 2 }),
            database,
        }
    }

    /// `tenant create` and `number create`: greets, then forwards to a number made from its own.
    pub(crate) async fn firm(&self, slug: &str, number: &str) -> Firm {
        let forward_number = format!("{}99", number.split_at(number.len() - 2).0);
        let firm = self.tenant(slug, number, Some(&forward_number)).await;
        self.number(&firm, number).await;
        firm
    }

    /// The same for a firm that has nobody to forward to.
    pub(crate) async fn firm_without_forwarding(&self, slug: &str, number: &str) -> Firm {
        let firm = self.tenant(slug, number, None).await;
        self.number(&firm, number).await;
        firm
    }

    async fn tenant(&self, slug: &str, number: &str, forward_number: Option<&str>) -> Firm {
        let tenant = NewTenant {
            slug: slug.parse().unwrap(),
            company_name: format!("{slug} Heating & Sons"),
            timezone: "America/Chicago".parse().unwrap(),
            greeting_message: Some(format!("Thank you for calling {slug}.")),
            forward_number: forward_number.map(|number| E164PhoneNumber::parse(number).unwrap()),
        };
        let mut tx = self.office.begin_new_tenant(self.operator()).await.unwrap();
        let id = tenants::store::create(&mut tx, &tenant, self.now()).await.unwrap();
        tx.commit().await.unwrap();
        let forward_number = forward_number.map(str::to_owned);
        Firm { id, slug: slug.to_owned(), number: number.to_owned(), forward_number }
    }

    /// `number create`.
    pub(crate) async fn number(&self, firm: &Firm, number: &str) {
        let scope = self.scope(&firm.slug).await;
        let mut tx = self.office.begin(scope).await.unwrap();
        let number = E164PhoneNumber::parse(number).unwrap();
        numbers::store::create(&mut tx, &number, self.now()).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// `account create`: stores the primary token. Without a firm, the account is another one of the agency's.
    pub(crate) async fn store_account(&self, account: &Twilio, owner: Option<&Firm>) {
        self.store_token(account, owner, TokenSlot::Primary).await;
    }

    /// `account create [--secondary]`.
    pub(crate) async fn store_token(&self, account: &Twilio, owner: Option<&Firm>, slot: TokenSlot) {
        let mut connection = self.office.operator(self.operator()).await.unwrap();
        let owner = owner.map(|firm| firm.id);
        let (sid, token) = (account.sid(), account.token());
        let stored =
            directory::put_token(&mut connection, &self.key_ring, sid, owner, slot, token).await.unwrap();
        assert!(stored, "the token of {sid} was not stored");
    }

    /// A program of the firm, with a key of its own.
    pub(crate) async fn client_of(&self, firm: &Firm) -> ApiClient {
        ApiClient::with_key(&self.new_key_of(firm).await)
    }

    /// `key create --tenant`.
    pub(crate) async fn new_key_of(&self, firm: &Firm) -> String {
        let key = PlainApiKey::generate(KeyKind::Tenant).unwrap();
        let mut tx = self.office.begin(self.scope(&firm.slug).await).await.unwrap();
        api_key::store_tenant_key(&mut tx, &key, "test", self.now()).await.unwrap();
        tx.commit().await.unwrap();
        key.reveal().to_owned()
    }

    /// `key create --operator`.
    pub(crate) async fn operators_client(&self) -> ApiClient {
        let key = PlainApiKey::generate(KeyKind::Operator).unwrap();
        let mut connection = self.office.operator(self.operator()).await.unwrap();
        api_key::store_operator_key(&mut connection, &key, "test", self.now()).await.unwrap();
        ApiClient::with_key(key.reveal())
    }

    /// What a server on this database is made of.
    pub(crate) fn parts(&self) -> Parts {
        self.parts_through(self.database.options())
    }

    /// The same, for a server that reaches the database in another way.
    pub(crate) fn parts_through(&self, database: PgConnectOptions) -> Parts {
        let agency = Account {
            sid: self.agency.sid().clone(),
            reach: AccountReach::EveryTenant,
            tokens: vec![self.agency.token().clone()],
        };
        Parts {
            database,
            pools: POOLS,
            public_urls: self.public_urls.clone(),
            environment_account: Some(agency),
            twilio_api: self.twilio_api.clone(),
            key_ring: Some(self.key_ring.clone()),
            limits: Limits::default(),
            clock: self.clock.clone(),
        }
    }

    /// A server without a socket.
    pub(crate) async fn open(&self) -> TestApp {
        TestApp::start(self.parts()).await
    }

    /// A server with a socket, on a free port of this machine.
    pub(crate) async fn serve(&self, parts: Parts) -> RunningServer {
        let listener = server::listen("127.0.0.1:0".parse().unwrap()).unwrap();
        RunningServer::start(parts, listener).await.unwrap()
    }

    /// The proof that somebody acts for this firm, as an operator gets it.
    pub(crate) async fn scope(&self, slug: &str) -> TenantScope {
        directory::scope_of_slug(&self.office, self.operator(), slug).await.unwrap().unwrap()
    }

    /// The time on the stage.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// `SWITCHBOARD_ENCRYPTION_KEYS`.
    pub(crate) fn keys(&self) -> String {
        self.keys.clone()
    }

    fn operator(&self) -> VerifiedOperator {
        VerifiedOperator::holding(&self.database.options())
    }
}
