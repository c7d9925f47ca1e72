import TestKit
import Testing

@Suite("what h2load prints")
struct LoadReportTests {
    /// Captured from nghttp2 1.52.
    private static let clean = """
        starting benchmark...
        spawning thread #0: 4 total client(s). 20000 total requests
        TLS Protocol: TLSv1.3
        Cipher: TLS_AES_256_GCM_SHA384
        Server Temp Key: X25519 253 bits
        Application protocol: h2
        progress: 100% done

        finished in 75.07ms, 266428.66 req/s, 30.24MB/s
        requests: 20000 total, 20000 started, 20000 done, 20000 succeeded, 0 failed, 0 errored, \
        0 timeout
        status codes: 20000 2xx, 0 3xx, 0 4xx, 0 5xx
        traffic: 2.27MB (2380244) total, 19.53KB (20000) headers (space savings 90.00%), \
        1.91MB (2000000) data
                             min         max         mean         sd        +/- sd
        time for request:      172us       607us       398us        29us    80.65%
        req/s           :   66837.75    67131.48    66976.86      124.42    50.00%
        """

    /// Captured with no server there.
    private static let refused = """
        starting benchmark...
        spawning thread #0: 1 total client(s). 1 total requests

        finished in 207us, 0.00 req/s, 0B/s
        requests: 1 total, 0 started, 0 done, 0 succeeded, 1 failed, 1 errored, 0 timeout
        status codes: 0 2xx, 0 3xx, 0 4xx, 0 5xx
        traffic: 0B (0) total, 0B (0) headers (space savings 0.00%), 0B (0) data
        """

    @Test("is read")
    func reading() throws {
        let report = try #require(LoadReport(Self.clean))
        #expect(report.requestsPerSecond == 266_428.66)
        #expect(report.total == 20_000)
        #expect(report.succeeded == 20_000)
        #expect(report.answered2xx == 20_000)
        #expect(report.answerBytes == 2_000_000)
        #expect(report.tlsVersion == "TLSv1.3")
        #expect(report.cipher == "TLS_AES_256_GCM_SHA384")
        #expect(report.isClean)
    }

    @Test("is not clean when a request has no answer, or another status")
    func failures() throws {
        let refused = try #require(LoadReport(Self.refused))
        #expect(!refused.isClean)
        #expect(refused.tlsVersion == nil)
        let notFound = Self.clean.replacing("20000 2xx, 0 3xx", with: "19999 2xx, 1 3xx")
        #expect(try !#require(LoadReport(notFound)).isClean)
    }

    @Test("is no report before the end", arguments: ["finished in", "requests:", "status codes:"])
    func unfinished(line: String) {
        let rest = Self.clean.replacing(line, with: "progress:")
        #expect(LoadReport(rest) == nil)
    }

    @Test("has a log of latencies, of which the first do not count")
    func latencies() throws {
        // A hundred lines; the first five took longest.
        let lines = (1...100).map { "17952322981113\($0)\t200\t\($0 <= 5 ? 90_000 : $0)\n" }
        let latencies = try #require(LoadLatencies(log: Array(lines.joined().utf8)))
        #expect(latencies.sorted == Array(6...100))
        #expect(latencies.percentile(0.99) == 100)
        #expect(latencies.percentile(0.5) == 53)
        #expect(latencies.percentile(0) == 6)
    }

    @Test(
        "has no latencies if a line is of another kind",
        arguments: ["", "1\t200\n", "1\t200\t\n", "1\t200\t3\t4\n", "1\t200\t-3\n", "1\t200\t3"]
    )
    func foreignLog(text: String) {
        #expect(LoadLatencies(log: Array(text.utf8)) == nil)
    }
}
