public import Postgres

extension Batch {
    /// Adds an event to the audit log, in the transaction of what it tells of; on the platform's
    /// database.
    ///
    /// - Parameter event: what was done, or tried.
    public mutating func append(_ event: AuditEvent) {
        append(
            .insertEvent,
            event.time,
            event.tenant,
            "\(event.actor)",
            event.action,
            event.subject,
            event.outcome.rawValue,
            event.details.map(\.name),
            event.details.map(\.text)
        )
    }
}

extension Statement {
    fileprivate static let insertEvent = Statement(
        "tenancy.insert_audit_event",
        """
        insert into platform.audit_log
            (at, tenant_id, actor, action, subject, outcome, detail_names, detail_texts)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
        """
    )
}
