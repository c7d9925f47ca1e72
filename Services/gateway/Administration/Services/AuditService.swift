internal import Contracts
internal import Messages
internal import RPC
internal import Tenancy
internal import Wire

/// Shows the audit log; its contract says what each method does.
struct AuditService: AdminV1.Audit.Service {
    private let logins: AdministrationLogins
    private let pages: PageTokens

    init(_ logins: AdministrationLogins, _ pages: PageTokens) {
        self.logins = logins
        self.pages = pages
    }

    func listEvents(
        _ request: Message<AdminV1.ListAuditEventsRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<AdminV1.ListAuditEventsResponse> {
        let log = try AdministrationRules.needed(logins.gateway, "the gateway").audit
        let value = request.value()
        let page = try pages.page(of: request, value, call)
        let entries = try await log.events(
            of: try AdministrationRules.tenant(value.tenant),
            before: page.placeText.flatMap { Int64($0) },
            limit: page.count + 1,
            deadline: call.limit
        )
        let (shown, token) = page.cut(entries) { "\($0.id)" }
        var response = AdminV1.ListAuditEventsResponse()
        response.events = shown.map { AdminV1.AuditEvent($0) }
        response.nextPageToken = token
        return Reply(response)
    }
}

extension AdminV1.AuditEvent {
    /// What operators are told of an event.
    fileprivate init(_ entry: AuditLog.Entry) {
        self.init()
        let event = entry.event
        id = entry.id
        at = .init(event.time)
        tenant = event.tenant?.text ?? ""
        actor = "\(event.actor)"
        action = event.action
        subject = event.subject
        outcome =
            switch event.outcome {
            case .done: .done
            case .refused: .refused
            case .failed: .failed
            }
        details = MapField(event.details.map { ($0.name, $0.text) })
    }
}
