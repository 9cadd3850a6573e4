//! Catalogues for tests, drawn in a few words.

use super::catalogue::{
    Catalogue, Column, Constraint, ConstraintKind, Function, Index, Policy, Relation, RelationKind,
};

/// A database that holds these relations and nothing else.
pub(super) fn catalogue(relations: Vec<Relation>) -> Catalogue {
    Catalogue {
        server: 150_000,
        database: "firm".to_owned(),
        login: "owner".to_owned(),
        bypasses_row_security: false,
        roles: vec!["switchboard_app".to_owned()],
        extensions: std::collections::BTreeMap::new(),
        relations,
        functions: Vec::new(),
        types: Vec::new(),
        schemas: Vec::new(),
        applied: Vec::new(),
        decided: Vec::new(),
    }
}

/// A table of `public` with these columns, each as `name type`, and `!` behind it where it is required.
pub(super) fn table(name: &str, columns: &[&str]) -> Relation {
    Relation {
        schema: "public".to_owned(),
        name: name.to_owned(),
        kind: RelationKind::Table,
        made: 1,
        unlogged: false,
        owner: "owner".to_owned(),
        ours_to_change: true,
        options: Vec::new(),
        row_security: false,
        forced: false,
        has_rows: false,
        rows: None,
        without_tenant: None,
        columns: columns.iter().map(|column| self::column(column)).collect(),
        constraints: Vec::new(),
        indexes: Vec::new(),
        triggers: Vec::new(),
        rules: Vec::new(),
        policies: Vec::new(),
        grants: Vec::new(),
        definition: None,
        uses: Vec::new(),
    }
}

fn column(text: &str) -> Column {
    let (name, kind) = text.split_once(' ').unwrap();
    Column {
        name: name.to_owned(),
        kind: kind.trim_end_matches('!').to_owned(),
        required: kind.ends_with('!'),
        default: None,
        generated: false,
        identity: false,
        grants: Vec::new(),
    }
}

impl Relation {
    /// With so many rows, counted.
    pub(super) fn with_rows(self, rows: i64) -> Self {
        Self { has_rows: rows > 0, rows: Some(rows), ..self }
    }

    /// With a checked constraint on one column; a foreign key leads to `public.tenants`.
    pub(super) fn with_constraint(mut self, name: &str, kind: ConstraintKind, column: &str) -> Self {
        let references = (kind == ConstraintKind::Foreign).then(|| "public.tenants".to_owned());
        let definition = match kind {
            ConstraintKind::Foreign => format!("FOREIGN KEY ({column}) REFERENCES public.tenants(id)"),
            ConstraintKind::Check => format!("CHECK (({column} IS NOT NULL))"),
            ConstraintKind::Primary => format!("PRIMARY KEY ({column})"),
            ConstraintKind::Unique => format!("UNIQUE ({column})"),
            ConstraintKind::Exclusion => format!("EXCLUDE USING gist ({column} WITH =)"),
        };
        self.constraints.push(Constraint {
            name: name.to_owned(),
            kind,
            validated: true,
            definition,
            columns: vec![column.to_owned()],
            references,
            key: None,
        });
        self
    }

    /// With an index of its own on one column.
    pub(super) fn with_index(mut self, name: &str, column: &str) -> Self {
        self.indexes.push(Index {
            name: name.to_owned(),
            definition: format!("CREATE INDEX {name} ON {} USING btree ({column})", self.full_name()),
            valid: true,
            unique: false,
            columns: vec![Some(column.to_owned())],
            of_constraint: false,
        });
        self
    }

    /// With a policy for everybody.
    pub(super) fn with_policy(mut self, name: &str, using: &str) -> Self {
        self.policies.push(Policy {
            name: name.to_owned(),
            permissive: true,
            command: "ALL".to_owned(),
            roles: vec!["PUBLIC".to_owned()],
            using: Some(using.to_owned()),
            check: None,
        });
        self
    }
}

/// `get_tenant_by_phone`, with this argument and result.
pub(super) fn look_up(argument: &str, result: &str) -> Function {
    let kind = argument.split_once(' ').map_or(argument, |(_, kind)| kind);
    Function {
        schema: "public".to_owned(),
        name: "get_tenant_by_phone".to_owned(),
        made: 1,
        kind: "f".to_owned(),
        signature: format!("public.get_tenant_by_phone({kind})"),
        arguments: argument.to_owned(),
        result: Some(result.to_owned()),
        definition: Some(format!("CREATE FUNCTION ({argument})")),
        ours_to_change: true,
        used: false,
        grants: Vec::new(),
    }
}
