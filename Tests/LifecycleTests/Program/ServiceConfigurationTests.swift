import Net
import RPC
import Telemetry
import Testing

@testable import Lifecycle

@Suite("What every service can be told")
struct ServiceConfigurationTests {
    private static func load(_ variables: [String: String]) throws -> ServiceConfiguration {
        let environment = Dictionary(
            uniqueKeysWithValues: variables.map { ("SEXTANT_" + $0.key, $0.value) }
        )
        return try ServiceConfiguration.load(from: .init(environment: environment)).value
    }

    @Test("has defaults with which it serves on the loopback interface")
    func defaults() throws {
        let configuration = try Self.load([:])
        #expect(configuration.listenAddress == .loopback(port: 50_051))
        #expect(configuration.process.metricsAddress == .loopback(port: 9_464))
        #expect(configuration.process.loops >= 1 && configuration.tls == nil)
        #expect(configuration.limits.messages.request == 4 << 20)
        #expect(configuration.limits.messages.response == 64 << 20)
        #expect(configuration.logLevel == .info && configuration.process.traceRatio == 0.01)
        #expect(configuration.process.collector == nil && configuration.process.environment == nil)
        #expect(configuration.process.lifecycle == LifecycleConfiguration())
        #expect(configuration.instance.contains("-") && configuration.hasReflection)
    }

    @Test("is read from the keys that its help names")
    func values() throws {
        let configuration = try Self.load([
            "LISTEN_ADDRESS": "[::]:1", "METRICS_ADDRESS": "unix:/m", "LOOPS": "3",
            "TLS_CERTIFICATE_FILE": "/c", "TLS_KEY_FILE": "/k", "TLS_CLIENT_AUTHORITIES_FILE": "/a",
            "LIMIT_REQUEST": "1KiB", "LIMIT_RESPONSE": "2KiB", "LIMIT_CONNECTIONS": "5",
            "LIMIT_CALLS_PER_CONNECTION": "6", "LIMIT_BODY_MEMORY": "1GiB", "LOG_LEVEL": "warn",
            "INSTANCE": "i", "ENVIRONMENT": "e", "OTLP_ENDPOINT": "collector:4317",
            "TRACE_RATIO": "0.5", "REFLECTION": "false", "STOP_LIMIT": "9s",
            "ENDPOINT_DELAY": "1s",
        ])
        #expect(configuration.listenAddress == (try SocketAddress("[::]:1")))
        #expect(configuration.process.metricsAddress == .unix(path: "/m"))
        #expect(configuration.process.loops == 3)
        let tls = try #require(configuration.tls)
        #expect(tls.identity == .init(certificateChainFile: "/c", privateKeyFile: "/k"))
        #expect(tls.clientAuthentication == .required(authoritiesFile: "/a"))
        let limits = configuration.limits
        #expect(limits.messages.request == 1_024 && limits.messages.response == 2_048)
        #expect(limits.connections == 5 && limits.callsPerConnection == 6)
        #expect(limits.bodyMemory == 1 << 30 && configuration.logLevel == .warning)
        #expect(configuration.instance == "i" && configuration.process.environment == "e")
        #expect(configuration.process.collector == .name(host: "collector", port: 4_317))
        #expect(configuration.process.traceRatio == 0.5 && !configuration.hasReflection)
        let lifecycle = LifecycleConfiguration(stopLimit: .seconds(9), endpointDelay: .seconds(1))
        #expect(configuration.process.lifecycle == lifecycle)
    }

    @Test(
        "is refused if certificates are half given",
        arguments: [
            (["TLS_CERTIFICATE_FILE"], "tls_certificate_file: there is no key_file for it"),
            (["TLS_KEY_FILE"], "tls_key_file: there is no certificate_file for it"),
            (
                ["TLS_CLIENT_AUTHORITIES_FILE"],
                "tls_client_authorities_file: there is no certificate_file beside it"
            ),
        ]
    )
    func halfGiven(keys: [String], text: String) throws {
        do {
            _ = try Self.load(Dictionary(uniqueKeysWithValues: keys.map { ($0, "/x") }))
            Issue.record("it was taken")
        } catch let error as ConfigurationError {
            #expect(error.problems.map(\.text) == [text])
            #expect(error.problems.map(\.kind) == [.conflicting])
        }
    }

    @Test(
        "has endpoints that are names, addresses, or several of those",
        arguments: [
            ("127.0.0.1:80", true), ("[::1]:80", true), ("unix:/s", true), ("a:1", true),
            ("collector.trace-1.svc:4317", true), ("a_b:1", true), ("localhost:65535", true),
            ("a", false), ("a:0", false), ("a:65536", false), (":1", false), ("a..b:1", false),
            ("-a:1", false), ("1.2.3:4", false), ("1.2.3.256:4", false), ("http://a:1", false),
            ("a:+1", false), ("é:1", false), ("127.0.0.1:80,[::1]:81", true),
            ("127.0.0.1:80,", false), ("127.0.0.1:80,a:1", false), (",", false),
        ]
    )
    func endpoints(text: String, isGood: Bool) {
        let endpoint = ServiceEndpoint(text)
        #expect((endpoint != nil) == isGood)
        #expect(endpoint.map(\.description) == (isGood ? text : nil))
    }
}
