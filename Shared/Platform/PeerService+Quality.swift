internal import Contracts
public import Messages
internal import RPC
internal import Wire

extension PeerService {
    /// Asks ingest, which this has to be, what breaks a rule of data quality now: warnings and
    /// worse that nobody has muted, the newest first.
    ///
    /// - Parameters:
    ///   - most: how many at most; whether there are more, the page's token tells.
    ///   - occasion: what is done meanwhile, for which tenant.
    ///   - limit: for how long ingest is waited for.
    /// - Returns: the findings, or why there is no answer.
    /// - Throws: `CancellationError`.
    public func brokenRules(
        _ most: Int32,
        on occasion: Occasion,
        within limit: Duration
    ) async throws -> Result<IngestV1.ListFindingsResponse, Silence> {
        try await ask(on: occasion, within: limit) { channel, options in
            var request = IngestV1.ListFindingsRequest()
            (request.state, request.leastSeverity) = (.open, .warning)
            (request.excludesMuted, request.pageSize) = (true, most)
            return try await IngestV1.DataQuality.Client(channel)
                .listFindings(request, options: options).message.value()
        }
    }
}
