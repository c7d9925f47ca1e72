internal import Glibc
internal import Net

extension Subcommand {
    static let doctor = Subcommand(
        name: "doctor",
        summary: "Looks for what is missing or wrong, and says what to do next.",
        details: "It changes nothing. It exits with 1 if something is wrong."
    ) { context in
        let checks = try await Doctor(context.folder).checks()
        context.terminal.print(
            .array(checks.map(\.json)),
            orElse: TextTable.text(
                checks.map { [$0.verdict.rawValue, $0.subject, $0.finding, $0.next ?? ""] }
            )
        )
        guard let first = checks.first(where: { $0.verdict == .wrong }) else { return }
        throw CommandFailure(what: "\(first.subject): \(first.finding)", next: first.next)
    }
}

/// Looks at a machine and an installation.
struct Doctor {
    private let folder: DataFolder

    init(_ folder: DataFolder) { self.folder = folder }

    /// One thing that was looked at.
    struct Check {
        enum Verdict: String {
            case good, missing, wrong
        }

        let verdict: Verdict
        let subject: String
        let finding: String
        /// The command that helps.
        var next: String?

        var json: JSONValue {
            .object([
                ("verdict", .string(verdict.rawValue)), ("subject", .string(subject)),
                ("finding", .string(finding)), ("next", JSONValue(next)),
            ])
        }
    }

    /// Looks at everything.
    func checks() async throws -> [Check] {
        var checks = [postgres, edge, space]
        guard folder.exists else {
            checks.append(
                Check(
                    verdict: .missing,
                    subject: "installation",
                    finding: "none in \(folder.path)",
                    next: "sextant up --data \(folder.path)"
                )
            )
            return checks
        }
        checks += [settings, secrets]
        let status = try await InstallationStatus.find(folder)
        for daemon in [folder.database, folder.services] {
            checks.append(
                status.processes[daemon.name].map {
                    Check(verdict: .good, subject: daemon.name, finding: "process \($0)")
                }
                    ?? Check(
                        verdict: .missing,
                        subject: daemon.name,
                        finding: "does not run",
                        next: "sextant up --data \(folder.path)"
                    )
            )
        }
        guard status.processes["services"] != nil else { return checks }
        return checks
            + ServiceHealth.services.map { service in
                status.serving[service] == true
                    ? Check(verdict: .good, subject: service, finding: "serves")
                    : Check(
                        verdict: .wrong,
                        subject: service,
                        finding: "does not serve",
                        next: "sextant logs \(service) --data \(folder.path)"
                    )
            }
    }

    private var postgres: Check {
        guard let programs = PostgresPrograms.find() else {
            return Check(
                verdict: .wrong,
                subject: "PostgreSQL",
                finding: "\(PostgresPrograms.lowestVersion) or newer is not installed",
                next: "apt-get install postgresql-15"
            )
        }
        return Check(verdict: .good, subject: "PostgreSQL", finding: programs.folder)
    }

    private var edge: Check {
        EdgeProxy.program.map { Check(verdict: .good, subject: "nghttpx", finding: $0) }
            ?? Check(
                verdict: .missing,
                subject: "nghttpx",
                finding: "not installed: HTTP/1.1 and TLS are not served",
                next: "apt-get install nghttp2-proxy"
            )
    }

    /// A cluster takes 50 MB when it is made; below half a gigabyte nobody gets far.
    private var space: Check {
        var place = folder.path
        while !FileSystem.exists(place), let slash = place.lastIndex(of: "/") {
            place = slash == place.startIndex ? "/" : String(place[..<slash])
        }
        guard let free = FileSystem.freeBytes(at: place) else {
            return Check(verdict: .missing, subject: "space", finding: "cannot be told")
        }
        let text = "\(free >> 20) MiB free at \(place)"
        return Check(verdict: free > 512 << 20 ? .good : .wrong, subject: "space", finding: text)
    }

    private var settings: Check {
        do throws(CommandFailure) {
            _ = try Installation.load(folder)
            return Check(verdict: .good, subject: "settings", finding: folder.installationFile)
        } catch {
            return Check(
                verdict: .wrong,
                subject: "settings",
                finding: error.cause ?? error.what,
                next: error.next
            )
        }
    }

    /// Secrets are for their owner alone.
    private var secrets: Check {
        let open = FileSystem.names(in: folder.keys).filter { name in
            FileSystem.mode(folder.key(name)).map { $0 & 0o077 != 0 } ?? true
        }
        guard let first = open.first else {
            return Check(verdict: .good, subject: "secrets", finding: "for their owner only")
        }
        return Check(
            verdict: .wrong,
            subject: "secrets",
            finding: "others may read \(open.joined(separator: ", "))",
            next: "chmod 600 \(folder.key(first))"
        )
    }
}
