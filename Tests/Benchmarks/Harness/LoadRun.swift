import TestKit

/// What one run of requests cost a server.
struct LoadRun {
    /// The time that its threads spent on cores.
    let microsecondsPerRequest: Double
    let requestsPerSecond: Double
    /// Version and cipher, if it was TLS.
    let cipher: String?

    /// As `431 k requests/s, core 99 % busy`; two busy cores are 200 %.
    var summary: String {
        let busy = Int((microsecondsPerRequest * requestsPerSecond / 1e4).rounded())
        let rate =
            requestsPerSecond >= 10_000
            ? "\((requestsPerSecond / 1_000).short) k" : requestsPerSecond.short
        return "\(rate) requests/s, core \(busy) % busy"
    }
}

extension LoadGenerator {
    /// How many requests take about as long as a run should; a first, short run says.
    ///
    /// - Parameters:
    ///   - load: how they are sent.
    ///   - server: to whom.
    ///   - sample: how many the short run sends.
    ///   - seconds: how long a run should take.
    /// - Returns: the number of requests, no less than `sample`.
    /// - Throws: ``PinnedProcess/Failure`` if a request has no answer.
    func calibrate(
        _ load: Load,
        on server: any BenchServer,
        sample: Int = 20_000,
        seconds: Double
    ) throws -> Int {
        let report = try send(load, count: sample, to: server)
        return max(sample, Int(report.requestsPerSecond * seconds))
    }

    /// Sends requests and measures what they cost the server.
    func measure(_ load: Load, count: Int, on server: any BenchServer) throws -> LoadRun {
        let before = try server.process.processorTime()
        let report = try send(load, count: count, to: server)
        let used = try server.process.processorTime() - before
        return LoadRun(
            microsecondsPerRequest: used / Double(report.total),
            requestsPerSecond: report.requestsPerSecond,
            cipher: report.tlsVersion.map { "\($0) \(report.cipher ?? "")" }
        )
    }
}
