internal import Glibc
internal import Net

/// The proxy before the gateway: HTTP/1.1, HTTP/2 and TLS towards the world, by nghttpx.
struct EdgeProxy {
    private let folder: DataFolder
    private let installation: Installation

    init(_ folder: DataFolder, _ installation: Installation) {
        self.folder = folder
        self.installation = installation
    }

    /// The program; nil if it is not installed.
    static var program: String? {
        FileSystem.program("nghttpx", alsoIn: ["/usr/sbin", "/usr/local/sbin"])
    }

    private static let startLimit = Duration.seconds(20)

    /// Starts the proxy, unless it runs.
    ///
    /// - Parameter program: its path.
    /// - Returns: whether it was started now.
    /// - Throws: ``CommandFailure`` with the last lines of its log.
    func start(_ program: String) throws -> Bool {
        let daemon = folder.edge
        if try daemon.running() != nil { return false }
        let file = folder.run + "/edge.conf"
        let configuration = EdgeConfiguration(
            address: installation.host,
            port: installation.edgePort,
            backend: "127.0.0.1,\(installation.gatewayPort)",
            certificate: certificate
        )
        try FileSystem.write(file, configuration.text, mode: 0o600)
        do {
            let call = ProgramCall(path: program, arguments: ["--conf=\(file)"])
            let child = try daemon.start(call)
            try daemon.awaitReady(child, within: Self.startLimit) {
                PortHolder.of(port: installation.edgePort) != nil
            }
            return true
        } catch let fault as Daemon.Fault {
            throw CommandFailure(
                what: "the edge did not start",
                cause: fault.sentence,
                log: daemon.lastLines(),
                next: "sextant logs edge --data \(folder.path)"
            )
        }
    }

    /// Whether calls from outside are encrypted.
    var hasTLS: Bool { certificate != nil }

    /// The certificate and the key that someone has put into the folder.
    private var certificate: EdgeConfiguration.Certificate? {
        let (chain, key) = (folder.path + "/config/tls.crt", folder.path + "/config/tls.key")
        guard FileSystem.exists(chain), FileSystem.exists(key) else { return nil }
        return EdgeConfiguration.Certificate(chain: chain, key: key)
    }
}

/// What nghttpx is told.
struct EdgeConfiguration {
    struct Certificate {
        let chain: String
        let key: String
    }

    let address: String
    let port: UInt16
    /// The gateway, as `127.0.0.1,50051`.
    let backend: String
    /// For TLS; nil for plain text.
    let certificate: Certificate?

    /// The file.
    ///
    /// nghttpx has no switch for retries: with one address behind it, which is never taken out
    /// (`fall=0`), there is nowhere to try again.
    var text: String {
        var lines = [
            "# Written by `sextant up`.",
            "frontend=\(address),\(port)\(certificate == nil ? ";no-tls" : "")",
            "backend=\(backend);/;proto=h2;fall=0",
            "workers=1",
            // What calls and streams may take is the gateway's to say, which asks for a sign of
            // life every minute. Silence beyond that means that it is lost. What strangers may
            // take before there is a call, and idle connections, are bounded by nghttpx's own
            // minutes.
            "backend-read-timeout=3m",
            // A gateway that was away is found again soon, wherever it is by then.
            "backend-max-backoff=2s", "dns-cache-timeout=1s",
            "rlimit-nofile=8192", "worker-frontend-connections=4000",
            // A little less than the gateway takes, so that none of them costs it anything.
            "request-header-field-buffer=28K", "max-request-header-fields=90",
            // Callers may not say where they come from.
            "strip-incoming-x-forwarded-for=yes", "add-x-forwarded-for=yes",
            "strip-incoming-forwarded=yes",
            "no-server-push=yes", "no-location-rewrite=yes",
            "accesslog-file=/dev/null", "errorlog-file=/dev/stderr", "log-level=WARN",
        ]
        if let certificate {
            lines += [
                "private-key-file=\(certificate.key)", "certificate-file=\(certificate.chain)",
                "tls-min-proto-version=TLSv1.2", "no-ocsp=yes",
            ]
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
