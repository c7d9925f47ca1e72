/// What `h2load` says about a run.
public struct LoadReport: Equatable, Sendable {
    /// Requests answered, by the second.
    public let requestsPerSecond: Double
    /// Requests asked for.
    public let total: Int
    /// Requests with a complete answer whose status is below 400.
    public let succeeded: Int
    /// Answers with a status of 200 to 299.
    public let answered2xx: Int
    /// The bytes of the answers' bodies.
    public let answerBytes: Int
    /// The version of TLS, as `TLSv1.3`; nil without TLS.
    public let tlsVersion: String?
    /// The cipher of TLS, as `TLS_AES_128_GCM_SHA256`; nil without TLS.
    public let cipher: String?

    /// Whether each request was answered, with a status of 200 to 299.
    public var isClean: Bool { succeeded == total && answered2xx == total }

    /// Reads standard output of `h2load`; nil if it is not the report of a finished run.
    public init?(_ output: String) {
        var fields: [Substring: Substring] = [:]
        for line in output.split(separator: "\n") {
            let isFinish = line.hasPrefix("finished in ")
            guard let end = isFinish ? line.firstIndex(of: ",") : line.firstIndex(of: ":")
            else { continue }
            let name = isFinish ? "finished" : line[..<end]
            fields[name] = line[line.index(after: end)...].drop { $0 == " " }
        }
        guard let rate = fields["finished"]?.split(separator: " ").first.flatMap({ Double($0) }),
            let requests = fields["requests"].map(Self.counts),
            let statuses = fields["status codes"].map(Self.counts),
            let total = requests["total"], let succeeded = requests["succeeded"],
            let answered2xx = statuses["2xx"],
            let answerBytes = fields["traffic"].flatMap(Self.bytesOfBodies)
        else { return nil }
        requestsPerSecond = rate
        self.total = total
        self.succeeded = succeeded
        self.answered2xx = answered2xx
        self.answerBytes = answerBytes
        tlsVersion = fields["TLS Protocol"].map(String.init)
        cipher = fields["Cipher"].map(String.init)
    }

    /// The 5 of `9B (9) total, 4B (4) headers (space savings 90.00%), 5B (5) data`.
    private static func bytesOfBodies(_ text: Substring) -> Int? {
        let words = text.split { " ()".contains($0) }
        return words.last == "data" ? words.dropLast().last.flatMap { Int($0) } : nil
    }

    /// The numbers of `10 total, 9 done` by what they count.
    private static func counts(_ text: Substring) -> [Substring: Int] {
        var counts: [Substring: Int] = [:]
        for part in text.split(separator: ",") {
            let words = part.split(separator: " ")
            guard words.count == 2, let count = Int(words[0]) else { continue }
            counts[words[1]] = count
        }
        return counts
    }
}

/// How long the requests of a run of `h2load --log-file` took.
public struct LoadLatencies: Equatable, Sendable {
    /// In microseconds, from the shortest to the longest.
    public let sorted: [Int]

    /// Reads the log, whose lines are `start in microseconds, status, duration in microseconds`
    /// with tabs between them, in the order of the answers; nil if a line has another form, or
    /// none counts.
    ///
    /// - Parameters:
    ///   - log: the whole file.
    ///   - warmUp: the part of its lines, from the first, that does not count.
    public init?(log: [UInt8], skipping warmUp: Double = 0.05) {
        var durations: [Int] = []
        durations.reserveCapacity(log.count / 24)
        var column = 0
        var duration: Int?
        for byte in log {
            switch byte {
            case UInt8(ascii: "\t"): column += 1
            case UInt8(ascii: "\n"):
                guard column == 2, let complete = duration else { return nil }
                durations.append(complete)
                column = 0
                duration = nil
            case UInt8(ascii: "0")...UInt8(ascii: "9") where column == 2:
                duration = (duration ?? 0) * 10 + Int(byte - UInt8(ascii: "0"))
            case _ where column == 2: return nil
            default: break
            }
        }
        let counted = durations.dropFirst(Int(Double(durations.count) * warmUp))
        guard !counted.isEmpty, column == 0 else { return nil }
        sorted = counted.sorted()
    }

    /// The least duration, in microseconds, that a part of the requests did not exceed.
    ///
    /// - Parameter part: 0.99 for the 99th percentile.
    /// - Returns: one of the durations.
    public func percentile(_ part: Double) -> Int {
        let rank = Int((Double(sorted.count) * part).rounded(.up))
        return sorted[min(max(rank, 1), sorted.count) - 1]
    }
}
