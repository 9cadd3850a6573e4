//! `switchboard migrate`

use super::failure::Failure;
use super::output::{count, say};
use super::workplace::Workplace;
use crate::config::Settings;

pub(super) async fn run(settings: Settings) -> Result<(), Failure> {
    let workplace = Workplace::open(&settings).await?;
    let outcome = workplace.migrate().await;
    let description = workplace.description.clone();
    workplace.close().await;
    let migrated = outcome?;
    say(format!("database: {description}"))?;
    for applied in &migrated.applied {
        say(format!("applied:  {applied}"))?;
    }
    if !migrated.from_the_future.is_empty() {
        say(format!(
            "newer:    {:?} are of a newer version; this one serves all the same",
            migrated.from_the_future
        ))?;
    }
    if migrated.applied.is_empty() {
        say("nothing to do")?;
    } else {
        say(format!("done: {} applied", count(migrated.applied.len(), "migration")))?;
    }
    Ok(())
}
