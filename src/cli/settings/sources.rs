//! Where the settings of a command come from: a tenant's row, and a file with changes.

use std::io::Read as _;
use std::path::Path;

use serde_json::{Map, Value};

use crate::cli::failure::Failure;
use crate::cli::number::named_tenant;
use crate::cli::workplace::Workplace;
use crate::handling::Mistake;
use crate::tenancy::TenantTx;

/// A transaction that sees this tenant alone.
pub(super) async fn begin(workplace: &Workplace, tenant: &str) -> Result<TenantTx, Failure> {
    let database = workplace.pools().await?;
    let scope = named_tenant(workplace, &database, tenant).await?;
    Ok(database.begin(scope).await?)
}

/// The changes in a file; - for what is piped in.
pub(super) fn read(file: &Path) -> Result<Map<String, Value>, Failure> {
    let mut text = String::new();
    if file == Path::new("-") {
        std::io::stdin().read_to_string(&mut text)?;
    } else {
        text = std::fs::read_to_string(file)
            .map_err(|error| Failure::Usage(format!("{} can't be read: {error}", file.display())))?;
    }
    serde_json::from_str(&text)
        .map_err(|error| Failure::Usage(format!("write a JSON object with the parts that change: {error}")))
}

/// All mistakes, a line each.
pub(super) fn refused(mistakes: &[Mistake]) -> Failure {
    let lines: Vec<String> = mistakes.iter().map(|mistake| format!("\n  {mistake}")).collect();
    Failure::Refused(format!("nothing was saved:{}", lines.concat()))
}
