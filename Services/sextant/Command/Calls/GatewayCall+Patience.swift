internal import Net
internal import Postgres
internal import RPC

// Services are restarted, and connections break off; what takes minutes goes on all the same.
extension GatewayCall {
    /// How long it is tried again, from the first failure on.
    private static let patience = Duration.seconds(90)
    private static let firstPause = Duration.milliseconds(200)
    private static let longestPause = Duration.seconds(3)

    /// How calls are made: once; those of patient commands go through ``surely(_:)``.
    var configuration: RPCClientConfiguration {
        var configuration = RPCClientConfiguration()
        (configuration.connectionsPerLoop, configuration.firstBackoff) = (1, Self.firstPause)
        return configuration
    }

    /// A name for an attempt to create something, which nobody else has.
    func newAttempt() -> String { "\(PostgresUUID.random())" }

    /// Does something until nobody is away whom it takes; if this is no patient call, once.
    ///
    /// - Parameters:
    ///   - isWatch: whether it goes on for as long as something else does: who told of that for a
    ///     while has failed anew, and patience begins anew.
    ///   - body: what to do; it may be done twice, and does nothing surely itself.
    /// - Returns: what it returns.
    /// - Throws: what it throws, but for what passes.
    func surely<Value>(
        isWatch: Bool = false,
        _ body: () async throws -> Value
    ) async throws -> Value {
        var pause = Self.firstPause
        var end: ContinuousClock.Instant?
        while true {
            let begin = ContinuousClock.now
            do {
                return try await body()
            } catch let error as RPCError where isPatient && error.code == .unavailable {
                if isWatch, begin.duration(to: .now) > Self.longestPause { end = nil }
                let last = end ?? .now.advanced(by: Self.patience)
                guard ContinuousClock.now < last else { throw error }
                end = last
                context.terminal.note("trying again: \(error.message)")
                try await Self.wait(pause)
                pause = min(pause * 2, Self.longestPause)
            }
        }
    }

    /// Waits, on a loop of its own: commands run on none.
    static func wait(_ pause: Duration) async throws {
        let loop = try EventLoop()
        defer { loop.stop() }
        try await withTaskExecutorPreference(loop) {
            guard await loop.arrive() else { return }
            try await loop.sleep(for: pause)
        }
    }
}
