import Glibc
import Testing

@testable import Telemetry

@Suite("The metrics of a process")
struct ProcessStatusTests {
    private static let rest =
        "S 1 2 3 4 -1 5 6 7 8 9 150 50 10 11 20 0 8 0 4321 123456 789 18446744073709551615 1"

    @Test(
        "are read whatever the process is called",
        arguments: ["a", "a b", "a) S 1 (b", ")", "", "\n"]
    )
    func names(name: String) throws {
        let status = try #require(ProcessStatus(stat: "42 (\(name)) \(Self.rest)\n"))
        #expect(status.cpuTicks == 200 && status.startTicks == 4_321)
        #expect(status.residentPages == 789)
    }

    @Test(
        "are not read from anything else",
        arguments: ["", "42", "42 (a)", "42 (a) S 1 2 3", "42 (a) S 1 2 3 4 -1 5 6 7 8 9 x 50"]
    )
    func refusals(text: String) {
        #expect(ProcessStatus(stat: text) == nil)
    }

    @Test("know when the machine started")
    func boot() {
        let text = "cpu 1 2\nintr 5 6\nbtime 1772323199\nprocesses 7\n"
        #expect(ProcessStatus.bootSeconds(inStat: text) == 1_772_323_199)
        #expect(ProcessStatus.bootSeconds(inStat: "cpu 1\n") == nil)
    }

    @Test("say what the system's own calls say")
    func systemAgrees() throws {
        let registry = MetricRegistry()
        registry.registerProcessMetrics()
        var before = rusage()
        // It writes the one structure it is given.
        _ = unsafe getrusage(Int32(RUSAGE_SELF.rawValue), &before)
        let values = Self.values(of: registry.text(.prometheus))
        let cpu = try #require(values["process_cpu_seconds_total"])
        let used = before.ru_utime.tv_sec + before.ru_stime.tv_sec
        // Ticks of user and system time are each rounded down.
        #expect(cpu >= Double(used) - 2)
        let memory = try #require(values["process_resident_memory_bytes"])
        // The most there ever was, in KiB; the kernel counts pages in batches for each thread.
        #expect(memory > 1e6 && memory <= Double(before.ru_maxrss) * 1_024 * 2)
        let start = try #require(values["process_start_time_seconds"])
        #expect(start > 1.6e9 && start <= Double(time(nil)) + 2)
        #expect(try #require(values["process_open_fds"]) >= 3)
        #expect(values.count == 4)
    }

    @Test("count the descriptors that are open")
    func descriptors() async {
        // In a process of its own, where no other test opens any.
        await #expect(processExitsWith: .success) {
            let before = ProcessStatus.openDescriptors ?? -1
            let copies = (0..<5).map { _ in dup(STDERR_FILENO) }
            let between = ProcessStatus.openDescriptors ?? -1
            for copy in copies { close(copy) }
            let after = ProcessStatus.openDescriptors ?? -1
            precondition(before >= 1 && between == before + 5 && after == before)
        }
    }

    @Test("are complete in OpenMetrics, with their units")
    func openMetrics() {
        let registry = MetricRegistry()
        registry.registerProcessMetrics()
        registry.registerBuildInfo(service: "a", version: "1", revision: "b")
        let text = String(decoding: registry.text(.openMetrics), as: UTF8.self)
        for line in [
            "# TYPE process_cpu_seconds counter", "# UNIT process_cpu_seconds seconds",
            "# UNIT process_resident_memory_bytes bytes", "# TYPE process_open_fds gauge",
            "# UNIT process_start_time_seconds seconds", "# TYPE build info",
            #"build_info{service="a",version="1",revision="b"} 1"#,
        ] {
            #expect(text.contains(line + "\n"))
        }
    }

    private static func values(of text: [UInt8]) -> [String: Double] {
        var values: [String: Double] = [:]
        for line in String(decoding: text, as: UTF8.self).split(separator: "\n") {
            let parts = line.split(separator: " ")
            if parts.count == 2, let value = Double(parts[1]) { values[String(parts[0])] = value }
        }
        return values
    }
}
