import Foundation
import TestKit
import Testing

@Suite("The start of a program", .timeLimit(.minutes(5)))
struct StartTests {
    @Test("names every key that is wrong, of file and environment, and exits with 2")
    func wrongConfiguration() async throws {
        let file = try TemporaryFile("log_level = loud\nmost_itms = 3\ntls_key_file = /key.pem\n")
        defer { file.remove() }
        let environment = [
            "SEXTANT_LISTEN_ADDRESS": "localhost", "SEXTANT_LOOPS": "many",
            "SEXTANT_TRACE_RATIO": "1.5", "SEXTANT_NEXT_ADDRESS": "next", "SEXTANT_LOPS": "1",
        ]
        for option in [[], ["--print-config"]] {
            let server = try ServerProcess(
                "example-server",
                ["--config", file.path] + option,
                environment
            )
            let ending = try await server.ending()
            #expect(ending.status == 2 && server.output.isEmpty)
            let lines = ending.errors.split(separator: "\n")
            #expect(lines.first == "the configuration has 8 problems:")
            for key in [
                "listen_address", "loops", "trace_ratio", "next_address", "log_level",
                "tls_key_file", "most_itms; did you mean most_items?",
                #""SEXTANT_LOPS"; did you mean SEXTANT_LOOPS?"#,
            ] {
                #expect(lines.contains { $0.contains(key) }, "\(key)\n\(ending.errors)")
            }
        }
    }

    @Test("refuses arguments that mean nothing", arguments: [["--prot"], ["--config"], ["serve"]])
    func wrongArguments(arguments: [String]) async throws {
        let server = try ServerProcess("example-server", arguments, [:])
        let ending = try await server.ending()
        #expect(ending.status == 2 && ending.errors.contains("usage: "))
    }

    @Test("prints what can be configured, and what is")
    func describes() async throws {
        let help = try ServerProcess("example-server", ["--help"], [:])
        #expect(try await help.ending().status == 0)
        for text in ["listen_address  (SEXTANT_LISTEN_ADDRESS)", "Default: 5s", "most_items"] {
            #expect(help.output.contains(text))
        }
        let file = try TemporaryFile("endpoint_delay = 7s\n")
        defer { file.remove() }
        let effective = try ServerProcess(
            "example-server",
            ["--print-config", "--config", file.path],
            ["SEXTANT_LOOPS": "3"]
        )
        #expect(try await effective.ending().status == 0)
        #expect(effective.output.contains(#"loops = "3" (environment SEXTANT_LOOPS)"#))
        #expect(effective.output.contains("endpoint_delay = \"7s\" (\(file.path):1)\n"))
        #expect(effective.output.contains("otlp_endpoint is not set\n"))
    }

    @Test("fails with 1 if the metrics port is taken, or there are no certificates, and says so")
    func cannotStart() async throws {
        let first = try ServerProcess.example()
        let taken = try await first.metricsAddress()
        let second = try ServerProcess.example(["SEXTANT_METRICS_ADDRESS": taken])
        #expect(try await second.ending().status == 1)
        let record = try await second.record("component changed") { $0["level"] == "error" }
        #expect(record["outcome"]?.contains("Address already in use") == true)
        #expect(try await first.stop() == 0)
        let third = try ServerProcess.example([
            "SEXTANT_TLS_CERTIFICATE_FILE": "/no/chain.pem", "SEXTANT_TLS_KEY_FILE": "/no/key.pem",
        ])
        let ending = try await third.ending()
        #expect(ending.status == 1 && ending.errors.contains("/no/chain.pem"))
    }

    @Test("serves by TLS, and reads certificates anew at SIGHUP")
    func certificates() async throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("certificates-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try SelfSignedCertificate.make(
            chain: folder + "/chain.pem",
            key: folder + "/key.pem"
        )
        let server = try ServerProcess.example([
            "SEXTANT_TLS_CERTIFICATE_FILE": folder + "/chain.pem",
            "SEXTANT_TLS_KEY_FILE": folder + "/key.pem",
        ])
        let address = try await server.address()
        for round in 1...2 {
            if round == 2 {
                try SelfSignedCertificate.make(
                    chain: folder + "/chain.pem",
                    key: folder + "/key.pem"
                )
                server.send(SIGHUP)
                try await server.record("certificates were read anew")
            }
            // Only the certificate that is in the folder now is trusted.
            let answer = try await OutsideProgram.run(
                "curl",
                "--silent",
                "--show-error",
                "--cacert",
                folder + "/chain.pem",
                "--data",
                "",
                "--output",
                "/dev/null",
                "--write-out",
                "%{http_version} %{http_code}",
                "https://" + address
            )
            #expect(answer.text == "2 415", "\(round): \(answer.errors)")
        }
        try FileManager.default.removeItem(atPath: folder + "/key.pem")
        server.send(SIGHUP)
        let record = try await server.record("certificates cannot be read")
        #expect(record["cause"]?.contains("key.pem") == true)
        #expect(try await server.stop() == 0)
    }

    @Test("tells the service manager that it works, lives and stops", arguments: [false, true])
    func notifies(isAbstract: Bool) async throws {
        let manager = ManagerSocket(isAbstract: isAbstract)
        let server = try ServerProcess.example([
            "NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": "100000",
        ])
        try await server.record("started")
        // The loops may have turned before all of it worked.
        var states = [manager.next()]
        while let state = states.last, state != "READY=1" { states.append(manager.next()) }
        #expect(Set(states.dropLast()).isSubset(of: ["WATCHDOG=1"]) && states.last == "READY=1")
        for _ in 0..<3 { #expect(manager.next() == "WATCHDOG=1") }
        #expect(try await server.stop() == 0)
        var state = manager.next()
        while state == "WATCHDOG=1" { state = manager.next() }
        #expect(state == "STOPPING=1")
    }

    @Test("fails if the service manager's socket is no address")
    func wrongManager() async throws {
        let server = try ServerProcess.example(["NOTIFY_SOCKET": "run/notify"])
        let ending = try await server.ending()
        #expect(ending.status == 1 && ending.errors.contains(#"NOTIFY_SOCKET = "run/notify""#))
    }
}
