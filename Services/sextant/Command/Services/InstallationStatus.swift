internal import Glibc
internal import Net
internal import Platform

/// How an installation is: what runs, where it is reached, and by which key.
struct InstallationStatus {
    let folder: DataFolder
    let installation: Installation?
    /// The numbers of the programs that run, by name.
    let processes: [String: pid_t]
    /// Whether each service serves.
    let serving: [String: Bool]
    /// The key of the demo tenant; nil if there is none.
    let demoKey: String?

    /// Looks.
    static func find(_ folder: DataFolder) async throws -> InstallationStatus {
        var processes: [String: pid_t] = [:]
        for daemon in folder.daemons { processes[daemon.name] = try daemon.running() }
        let areUp = processes["services"] != nil
        let installation = try Installation.load(folder)
        var serving: [String: Bool] = [:]
        if areUp, let installation {
            serving = try await ServiceHealth(folder, installation).serving()
        }
        return InstallationStatus(
            folder: folder,
            installation: installation,
            processes: processes,
            serving: serving,
            demoKey: try InstallationKeys(folder).demoKey()
        )
    }

    /// Whether everything runs and serves.
    var isWell: Bool {
        processes["postgres"] != nil && processes["services"] != nil
            && ServiceHealth.services.allSatisfy { serving[$0] == true }
    }

    /// Where the API is reached; nil if it is not.
    var address: String? {
        guard let installation, processes["services"] != nil else {
            return nil
        }
        if processes["edge"] != nil {
            let scheme = EdgeProxy(folder, installation).hasTLS ? "https" : "http"
            return "\(scheme)://\(installation.address(port: installation.edgePort))"
        }
        return "http://127.0.0.1:\(installation.gatewayPort)"
    }

    /// Where metrics are told; nil if nowhere.
    var metrics: String? {
        guard let installation, processes["services"] != nil else { return nil }
        return "http://127.0.0.1:\(installation.metricsPort)"
    }

    /// Where tenants and keys are administered by RPC; nil if nowhere.
    var administration: String? {
        processes["services"].map { _ in "unix:\(folder.administrationSocket)" }
    }

    /// A line that can be run, and shows that it works.
    var tryLine: String? {
        line(of: "/api/health") ?? metrics.map { "curl --fail \($0)/readyz" }
    }

    /// A line that can be run, and asks for something with a tenant's key.
    ///
    /// - Parameters:
    ///   - path: of what is asked for.
    ///   - variable: which holds the key in a shell; nil for the demo tenant's.
    /// - Returns: the line; nil if the API is not reached.
    func line(of path: String, keyIn variable: String? = nil) -> String? {
        guard let address else { return nil }
        let plain = processes["edge"] == nil ? "--http2-prior-knowledge " : ""
        let key = variable.map { "$\($0)" } ?? "$(cat \(folder.key("demo-key")))"
        return "curl --fail \(plain)--header \"authorization: Bearer \(key)\" \(address)\(path)"
    }

    // MARK: Forms

    var json: JSONValue {
        .object([
            ("data", .string(folder.path)), ("well", .boolean(isWell)),
            ("url", JSONValue(address)), ("metrics", JSONValue(metrics)),
            ("administration", JSONValue(administration)), ("key", JSONValue(demoKey)),
            (
                "processes",
                .object(
                    folder.daemons.reversed().map { daemon in
                        (daemon.name, processes[daemon.name].map { .number(Int($0)) } ?? .null)
                    }
                )
            ),
            (
                "services",
                .object(ServiceHealth.services.map { ($0, .boolean(serving[$0] ?? false)) })
            ),
        ])
    }

    var text: String {
        var rows = folder.daemons.reversed().map { daemon in
            [daemon.name, processes[daemon.name].map { "process \($0)" } ?? "not running"]
        }
        rows += ServiceHealth.services.map { service in
            ["  " + service, serving[service] == true ? "serves" : "does not serve"]
        }
        rows.append(["data", folder.path])
        if let address {
            rows.append(["API", address])
            if installation?.documentation != nil { rows.append(["docs", address + "/docs"]) }
        }
        if let metrics { rows.append(["metrics", metrics + "/metrics"]) }
        if let administration {
            let tokens = folder.key(InstallationKeys.operators)
            rows.append(["admin", "\(administration) (gRPC, tokens in \(tokens))"])
        }
        if demoKey != nil { rows.append(["key", "in \(folder.key("demo-key")) (demo tenant)"]) }
        if let tryLine { rows.append(["try", tryLine]) }
        return TextTable.text(rows)
    }

    /// Lines that a shell reads.
    var environment: String {
        var lines = ["SEXTANT_DATA=\(Self.quoted(folder.path))"]
        if let address { lines.append("SEXTANT_URL=\(Self.quoted(address))") }
        if let metrics { lines.append("SEXTANT_METRICS_URL=\(Self.quoted(metrics))") }
        if let demoKey { lines.append("\(GatewayCall.keyVariable)=\(Self.quoted(demoKey))") }
        return lines.joined(separator: "\n")
    }

    private static func quoted(_ text: String) -> String {
        "'" + text.replacing("'", with: "'\\''") + "'"
    }
}
