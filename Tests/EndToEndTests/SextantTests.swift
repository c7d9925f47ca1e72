import Foundation
import TestKit
import Testing

@Suite("The command sextant", .timeLimit(.minutes(10)))
struct SextantTests {
    @Test("brings an installation up, once, administers it, and leaves nothing running")
    func life() async throws {
        let sextant = try InstalledSextant()
        let up = try await sextant.up()
        #expect(up.status == 0, "\(up.errors)")
        #expect(up.text.contains("/api/health"))
        let before = sextant.processes
        #expect(!before.isEmpty)
        // What runs is left alone, whatever is asked for.
        let again = try await sextant.run("up")
        #expect(again.status == 0 && again.errors.contains("Services: already running"))
        #expect(Set(sextant.processes).isSuperset(of: before))

        let status = try await sextant.json("status")
        #expect(status["well"] as? Bool == true)
        let services = try #require(status["services"] as? [String: Bool])
        #expect(services.count == 6 && services.values.allSatisfy { $0 })
        let key = try #require(status["key"] as? String)
        #expect(key.hasPrefix("sxt_local_"))
        let metrics = try #require(status["metrics"] as? String)
        try await probe(metrics)
        try await request(try #require(status["url"] as? String), key)
        // The line that it prints works as it is.
        let line = try #require(up.text.split(separator: "\n").last { $0.hasPrefix("try ") })
        let shell = try await OutsideProgram.run("sh", "-c", String(line.dropFirst("try ".count)))
        #expect(shell.status == 0 && shell.text.contains(#""status":"healthy""#), "\(shell.errors)")
        try await administer(sextant)
        try await operate(sextant)
        try await bring(sextant)
        try await define(sextant)

        let environment = try await sextant.run("status", "-o", "env").text
        #expect(environment.contains("SEXTANT_KEY='\(key)'\n"))
        // Whoever has taken that over can go on.
        let lines = environment.split(separator: "\n").map { $0.filter { $0 != "'" } }
        let listed = try await OutsideProgram.run(
            ["env"] + lines + sextant.command("tenant", "list")
        )
        #expect(listed.status == 0, "\(listed.errors)")
        #expect(try await sextant.run("doctor").status == 0)
        let down = try await sextant.run("down")
        #expect(down.status == 0 && sextant.processes == [] && sextant.sockets == [])
        #expect(try await sextant.run("status").status == 1)
        #expect(try await sextant.run("down", "--delete-data").status == 0)
        #expect(!FileManager.default.fileExists(atPath: sextant.folder))
    }

    /// A file is imported, what is wrong in it is told, and the data is looked at.
    private func bring(_ sextant: InstalledSextant) async throws {
        let file = "\(sextant.folder)-events.csv"
        defer { try? FileManager.default.removeItem(atPath: file) }
        try """
        timestamp,event,visitor_id,utm_source,utm_medium
        2026-01-31T12:00:00Z,page,v1,google,cpc
        some day,page,v2,google,cpc

        """.write(toFile: file, atomically: true, encoding: .utf8)
        let done = try await sextant.run("import", file, "--source", "shop")
        #expect(done.status == 0, "\(done.errors)")
        #expect(done.text.contains("2 rows: 1 accepted, 0 corrected, 0 duplicate, 1 rejected"))
        let again = try await sextant.run("import", file, "--source", "shop")
        #expect(again.status == 0 && again.text.contains("nothing new"), "\(again.text)")
        let rejected = try await sextant.run("rejected", "list")
        #expect(rejected.text.contains("some day,page,v2,google,cpc"), "\(rejected.errors)")
        let replayed = try await sextant.run("rejected", "replay", "--reason", "date")
        #expect(replayed.text == "0 taken, 1 rejected again\n", "\(replayed.errors)")
        try "path,conversions,value,nulls\nemail > search,3,30,1\nsearch,1,10,4\n"
            .write(toFile: file, atomically: true, encoding: .utf8)
        let paths = try await sextant.run("import", file)
        #expect(paths.status == 0, "\(paths.errors)")
        let credit = try await sextant.run("attribution", "run", "linear", "--replicates", "0")
        #expect(
            credit.text == """
                channel  conversions    value
                search   2.50           25.00
                email    1.50           15.00

                """,
            "\(credit.text)\(credit.errors)"
        )
        try await details(sextant)
        let compared = try await sextant.run("attribution", "compare", "first", "last")
        #expect(compared.text.contains("most between first and last: 75.0 %"), "\(compared.text)")
        try await Self.keepRuns(sextant)
        let taken = try await sextant.run("attribution", "paths")
        #expect(taken.text.contains("email > search"), "\(taken.errors)")
        let journeys = try await sextant.run("attribution", "journeys", "--from", "2026-01-31")
        // How far timelines are is not waited for: columns are as wide as what stands in them.
        #expect(
            journeys.text.split(separator: " ").starts(with: ["time", "person", "end"]),
            "\(journeys.text)\(journeys.errors)"
        )
        let nobody = try await sextant.run("attribution", "journeys", "--person", "u:absent/id")
        #expect(nobody.errors.contains("nobody is known as 'u:absent/id'"), "\(nobody.errors)")
        let missing = try await sextant.run("import", file + ".gone")
        #expect(missing.status == 2 && missing.errors.contains("cannot be read"))
        let checked = try await sextant.run("taxonomy", "check", "https://x.example/?utm_source=fb")
        #expect(checked.text.contains("organic_social"), "\(checked.errors)")
        let unknown = try await sextant.run(
            "taxonomy",
            "unknown",
            "--from",
            "2026-01-31",
            "--to",
            "2026-01-31"
        )
        #expect(unknown.text.hasPrefix("0 of 1 touches are unknown"), "\(unknown.errors)")
        let snapshot = try await sextant.run("dq", "snapshot", "2026-01-31")
        #expect(snapshot.text.contains(#""complete":true"#), "\(snapshot.errors)")
        let findings = try await sextant.run("dq", "findings")
        #expect(findings.text == "nothing is wrong\n", "\(findings.errors)")
    }

    /// What of credit is told beside channels.
    private func details(_ sextant: InstalledSextant) async throws {
        let steps = try await sextant.run("attribution", "run", "markov", "--matrix")
        #expect(
            steps.text.contains("markov  search   (null)        5      55.56 %"),
            "\(steps.text)"
        )
        let days = try await sextant.run("attribution", "run", "linear", "--by-day")
        #expect(days.errors.contains("imported paths have no days"), "\(days.errors)")
        let touches = try await sextant.run("attribution", "touches", "markov", "--from", "2026-1")
        #expect(touches.errors.contains("expected a day, as 2026-01-31"), "\(touches.errors)")
    }

    /// Runs of models are kept, shown, compared and deleted, by hand and by schedules.
    private static func keepRuns(_ sextant: InstalledSextant) async throws {
        func run(_ words: String...) async throws -> OutsideProgram.Output {
            let command = sextant.command("attribution", words[0], words[1])
            return try await OutsideProgram.run(command + words[2...])
        }
        let first = try await run("runs", "create", "linear", "--label", "by hand")
        #expect(first.text.contains("state    completed\n"), "\(first.text)\(first.errors)")
        #expect(first.text.contains("\n\nchannel  conversions"), "\(first.text)")
        let begun = try await run("runs", "create", "first", "--no-wait")
        let other = begun.text.trimmingCharacters(in: .whitespacesAndNewlines)
        let listed = try await run("runs", "list", "--csv").text.split(separator: "\n")
        #expect(listed.count == 3 && listed[1].hasPrefix(other + ","), "\(listed)")
        let known = String(try #require(listed.last?.split(separator: ",").first))
        let shown = try await run("runs", "show", known, "--csv")
        #expect(shown.text.contains("linear,search,2.5,"), "\(shown.text)\(shown.errors)")
        let same = try await run("runs", "compare", known, known)
        #expect(same.text.hasSuffix("nothing else differs\n"), "\(same.text)\(same.errors)")
        let gone = try await run("runs", "delete", known)
        #expect(gone.text == "run \(known) is gone\n", "\(gone.errors)")
        let absent = try await run("runs", "show", known)
        #expect(absent.status == 1 && absent.errors.contains("there is no run"))
        let state = try await run("runs", "list", "--state", "done")
        #expect(state.status == 2 && state.errors.contains("expected running, completed"))
        let daily = try await run("schedules", "create", "daily", "linear", "--days", "7")
        #expect(daily.text.contains("daily     linear  7     3     400 days"), "\(daily.errors)")
        #expect(try await run("schedules", "list").text.contains("\ndaily "))
        #expect(try await run("schedules", "delete", "daily").text == "daily is ended\n")
        #expect(try await run("schedules", "delete", "daily").status == 1)
    }

    /// What counts as a conversion is drafted, tried on what was brought, and put in force.
    private func define(_ sextant: InstalledSextant) async throws {
        let subject = "conversion-definitions"
        func run(_ verb: String, _ words: String...) async throws -> OutsideProgram.Output {
            try await OutsideProgram.run(sextant.command("definitions", verb, subject) + words)
        }
        let first = try await run("list")
        #expect(first.text.contains("1        in force"), "\(first.text)\(first.errors)")
        let stranger = try await sextant.run("definitions", "list", "touches")
        #expect(stranger.status == 2 && stranger.errors.contains("touch-rule or \(subject)"))
        let standard = try await run("show", "--content").text
        #expect(standard.contains(#""eventName":"Order Completed""#))
        let file = "\(sextant.folder)-definitions.json"
        defer { try? FileManager.default.removeItem(atPath: file) }
        try #"{"definitions": [{"name": "", "kind": "Lead"}]}"#
            .write(toFile: file, atomically: true, encoding: .utf8)
        let faulty = try await run("draft", file, "--reason", "leads count")
        #expect(faulty.status == 1, "\(faulty.text)")
        #expect(faulty.errors.contains("definitions[0].name"), "\(faulty.errors)")
        #expect(
            faulty.errors.contains("  | conversion_definitions.definitions[0].kind"),
            "\(faulty.errors)"
        )
        let page = """
            {"definitions": [{"name": "seen", "kind": "view", "effect": "EFFECT_CONVERSION", \
            "eventKind": "KIND_PAGE", "valueMode": "VALUE_MODE_NONE"}]}
            """
        try page.write(toFile: file, atomically: true, encoding: .utf8)
        let unexplained = try await run("draft", file)
        #expect(unexplained.status == 2 && unexplained.errors.contains("expected --reason"))
        let draft = try await run("draft", file, "--reason", "pages count")
        #expect(draft.text.contains("next: sextant definitions trial \(subject) 2"))
        let early = try await run("activate", "2", "--reason", "agreed")
        #expect(early.status == 1 && early.errors.contains("validate it first"))
        let trial = try await run("trial", "2", "--from", "2026-01-30", "--to", "2026-02-01")
        #expect(trial.text.contains("tried on 1 of 1 events"), "\(trial.text)\(trial.errors)")
        let difference = try await run("diff", "1", "2", "--csv")
        #expect(difference.text.contains("definitions[seen].kind,,\"\"\"view\"\"\"\n"))
        let active = try await run("activate", "2", "--reason", "agreed")
        #expect(active.text.contains("in force, revision 1"), "\(active.text)\(active.errors)")
        let rebuilt = try await sextant.run("definitions", "rebuild")
        #expect(rebuilt.text.contains(#""changed":"1""#), "\(rebuilt.text)\(rebuilt.errors)")
        let late = try await run("archive", "2")
        #expect(late.status == 1 && late.errors.contains("is no draft"), "\(late.errors)")
        let versions = try await run("list", "--csv").text
        #expect(versions.split(separator: "\n").count == 3 && versions.contains("2,in force,1,"))
    }

    /// An operator's call goes to a socket of its own, with the token that is there.
    private func operate(_ sextant: InstalledSextant) async throws {
        let socket = "unix:\(sextant.folder)/run/administration.sock"
        #expect(try await sextant.json("status")["administration"] as? String == socket)
        let file = "\(sextant.folder)/keys/operators"
        let attributes = try FileManager.default.attributesOfItem(atPath: file)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        let list = try await sextant.run("call", "Tenants/ListTenants")
        #expect(list.status == 0 && list.text.contains(#""slug":"demo""#), "\(list.errors)")
        let wrong = String(repeating: "x", count: 43)
        let stranger = try await sextant.run(
            "call",
            "Tenants/ListTenants",
            "--at",
            "administration",
            "--key",
            wrong
        )
        #expect(stranger.status == 1 && stranger.errors.contains("UNAUTHENTICATED"))
        let tenant = try await sextant.run(
            "call",
            "Jobs/ListJobs",
            "--at",
            "mmm",
            "--tenant",
            "demo"
        )
        #expect(tenant.status == 0, "\(tenant.errors)")
        let events = try await sextant.run(
            "call",
            "Schedules/ListSchedules",
            #"{"tenant":"000000000000001"}"#
        )
        #expect(events.status == 1 && events.errors.contains("NOT_FOUND"), "\(events.errors)")
    }

    /// The edge speaks HTTP/1.1 and HTTP/2, and the gateway asks all services.
    private func request(_ url: String, _ key: String) async throws {
        for version in ["--http1.1", "--http2-prior-knowledge"] {
            let answer = try await OutsideProgram.run(
                "curl",
                "--silent",
                version,
                "--header",
                "authorization: Bearer \(key)",
                url + "/api/control/status"
            )
            for service in ["ingest", "attribution", "mmm", "experiment", "insights"] {
                #expect(answer.text.contains(#"{"name":"\#(service)","state":"serving""#))
            }
        }
        let report = try await OutsideProgram.run(
            "curl",
            "--silent",
            "--header",
            "authorization: Bearer \(key)",
            "--json",
            #"{"utm_source": "google", "utm_medium": "cpc", "utm_campaign": "brand"}"#,
            url + "/api/taxonomy/validate-utm"
        )
        #expect(report.text.contains(#""valid":true"#), "\(report.text)")
        #expect(report.text.contains(#""channel":"paid_search""#))
        for (question, part) in [
            ("unknown-share", #""target":0.1,"target_met":true,"causes":[]"#),
            ("channel-confidence?channel=paid_social", #""least_known":0.5,"channels":[]"#),
        ] {
            let answer = try await OutsideProgram.run(
                "curl",
                "--silent",
                "--header",
                "authorization: Bearer \(key)",
                url + "/api/taxonomy/" + question
            )
            #expect(answer.text.contains(part), "\(answer.text)")
        }
        let run = try await OutsideProgram.run(
            "curl",
            "--silent",
            "--request",
            "POST",
            "--header",
            "authorization: Bearer \(key)",
            url + "/api/attribution/run?model=markov"
        )
        #expect(run.text.contains(#""code":"FAILED_PRECONDITION""#), "\(run.text)")
        #expect(run.text.contains("import a file of paths"))
        try await journeys(url, key)
        let stranger = try await OutsideProgram.run(
            "curl",
            "--silent",
            "--write-out",
            " %{http_code}",
            url + "/api/control/status"
        )
        #expect(stranger.text.hasSuffix(" 401"))
    }

    /// The routes of journeys have fields within fields, and ids with anything in them.
    private func journeys(_ url: String, _ key: String) async throws {
        for (path, part) in [
            (
                "/v1/journeys?journeys.kinds=order&journeys.viewWindowDays=1&pageSize=5",
                #""journeys":[]"#
            ),
            ("/v1/journeys/u:absent/id", "nobody is known as 'u:absent/id'"),
            ("/api/admin/attribution/journeys?journeys.grain=44", "journeys.grain"),
            (
                "/v1/journeys:steps?journeys.closingDays=7&depth=3&allowPartial=true",
                #""timelines":"0""#
            ),
        ] {
            let told = try await OutsideProgram.run(
                "curl",
                "--silent",
                "--header",
                "authorization: Bearer \(key)",
                url + path
            )
            #expect(told.text.contains(part), "\(path): \(told.text)")
        }
    }

    /// All services tell of themselves on one port.
    private func probe(_ metrics: String) async throws {
        let ready = try await OutsideProgram.run("curl", "--silent", "--fail", metrics + "/readyz")
        for service in ["ingest", "attribution", "mmm", "experiment", "insights"] {
            #expect(ready.text.contains(#"{"name":"\#(service): platform","ready":true}"#))
        }
        let scrape = try await OutsideProgram.run("curl", "--silent", metrics + "/metrics").text
        #expect(scrape.contains(#"grpc_server_connections{app="mmm"}"#))
        #expect(scrape.contains(#"build_info{service="sextant",version="#))
        let heads = scrape.split(separator: "\n").filter { $0.hasPrefix("# TYPE ") }
        #expect(Set(heads).count == heads.count)
        let file = "/tmp/sxt-scrape-\(UUID().uuidString)"
        try scrape.write(toFile: file, atomically: true, encoding: .utf8)
        let lint = try await OutsideProgram.run("sh", "-c", "promtool check metrics < \(file)")
        try FileManager.default.removeItem(atPath: file)
        #expect(lint.status == 0, "\(lint.text) \(lint.errors)")
    }

    /// Tenants and keys come and go; a method is called by reflection.
    private func administer(_ sextant: InstalledSextant) async throws {
        #expect(try await sextant.json("tenant", "create", "acme")["slug"] as? String == "acme")
        let twice = try await sextant.run("tenant", "create", "acme")
        #expect(twice.status == 1 && twice.errors.contains("the slug acme is taken"))
        let list = try await sextant.run("tenant", "list").text
        #expect(list.contains("acme  active") && list.contains("demo  active"))
        let made = try await sextant.json("key", "create", "acme", "--scope", "events:write")
        let id = try #require(made["id"] as? String)
        #expect((made["key"] as? String)?.hasPrefix("sxt_local_\(id)_") == true)
        #expect(try await sextant.run("key", "list", "acme").text == "\(id)  good  events:write\n")
        #expect(try await sextant.run("key", "revoke", id).status == 0)
        #expect(try await sextant.run("key", "list", "acme").text.contains("revoked"))

        let health = "grpc.health.v1.Health/Check"
        let call = try await sextant.run("call", health, "--at", "mmm", "--tenant", "acme")
        #expect(call.status == 0 && call.text == #"{"status":"SERVING"}"# + "\n")
        let front = try await sextant.run("call", "Control/GetStatus")
        #expect(front.status == 0 && front.text.contains(#""name":"insights""#), "\(front.errors)")
        let unknown = try await sextant.run("call", health, #"{"servise":""}"#)
        #expect(unknown.status == 2 && unknown.errors.contains("servise"))
        let missing = try await sextant.run("call", "nothing.v1.Nothing/Do")
        #expect(missing.status == 1 && missing.errors.contains("nobody serves nothing.v1.Nothing"))

        #expect(try await sextant.run("tenant", "delete", "acme", "--yes").status == 1)
        #expect(try await sextant.run("tenant", "suspend", "acme").status == 0)
        let export = sextant.folder + "/export"
        #expect(try await sextant.run("tenant", "export", "acme", export).status == 0)
        let manifest = try String(contentsOfFile: export + "/manifest.json", encoding: .utf8)
        #expect(manifest.contains(#""slug": "acme""#) || manifest.contains(#""slug":"acme""#))
        #expect(try await sextant.run("tenant", "delete", "acme", "--yes").status == 0)
        #expect(try await !sextant.run("tenant", "list").text.contains("acme"))
        for task in ["migrate", "audit", "prune-answers"] {
            #expect(try await sextant.run("task", "run", task).status == 0, "\(task)")
        }
        let log = try await sextant.run("logs", "ingest").text
        let lines = log.split(separator: "\n")
        #expect(!lines.isEmpty && lines.allSatisfy { $0.contains(#""service":"ingest""#) })
    }

    @Test("names what is wrong with a configuration, and goes on when it is mended")
    func brokenConfiguration() async throws {
        let sextant = try InstalledSextant()
        try sextant.settings("mmm", "log_levle = debug\n")
        let broken = try await sextant.up("--no-demo")
        #expect(broken.status == 1)
        #expect(broken.errors.contains("the configuration of mmm is wrong"))
        #expect(broken.errors.contains("unknown key log_levle; did you mean log_level?"))
        #expect(broken.errors.contains("next   edit \(sextant.folder)/config/mmm.conf"))
        try sextant.settings("mmm", "log_level = debug\n")
        #expect(try await sextant.up("--no-demo").status == 0)
        #expect(try await sextant.run("logs", "mmm").text.contains(#""level":"debug""#))
    }

    @Test("names who holds a port, and takes another if none is asked for")
    func ports() async throws {
        let first = try InstalledSextant()
        #expect(try await first.up("--no-demo").status == 0)
        let metrics = try #require(try await first.json("status")["metrics"] as? String)
        let port = try #require(metrics.split(separator: ":").last.map(String.init))
        let second = try InstalledSextant()
        let taken = try await second.run("up", "--metrics-port", port)
        #expect(taken.status == 1 && taken.errors.contains("port \(port) for metrics is taken"))
        #expect(taken.errors.contains("sextant serve"))
        #expect(second.processes == [])
    }

    @Test("shows the documentation that it was given once, and none that is not there")
    func documentation() async throws {
        let sextant = try InstalledSextant()
        let pages = sextant.folder + "-pages"
        let refused = try await sextant.up("--no-demo", "--documentation", pages)
        #expect(refused.status != 0 && refused.errors.contains("--documentation is \(pages)"))
        try FileManager.default.createDirectory(atPath: pages, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: pages) }
        for name in ["swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png"] {
            try "/* \(name) */".write(toFile: "\(pages)/\(name)", atomically: true, encoding: .utf8)
        }
        let given = try await sextant.up("--no-demo", "--documentation", pages)
        #expect(given.status == 0, "\(given.errors)")
        #expect(try await sextant.run("down").status == 0)
        let up = try await sextant.up("--no-demo")
        #expect(up.status == 0, "\(up.errors)")
        let line = try #require(up.text.split(separator: "\n").first { $0.hasPrefix("docs ") })
        let url = String(try #require(line.split(separator: " ").last))
        let page = try await OutsideProgram.run("curl", "--silent", "--http2-prior-knowledge", url)
        #expect(page.text.contains("<title>Sextant API</title>"), "\(page.text)")
    }

    @Test("finds what has crashed, and starts it again without losing anything")
    func crash() async throws {
        let sextant = try InstalledSextant()
        #expect(try await sextant.up().status == 0)
        let key = try await sextant.json("status")["key"] as? String
        let processes = try #require(
            try await sextant.json("status")["processes"] as? [String: Any]
        )
        for name in ["services", "postgres"] {
            let process = try #require(processes[name] as? Int32)
            kill(process, SIGKILL)
            // A busy kernel takes a moment.
            let program = "/proc/\(process)/exe"
            while (try? FileManager.default.destinationOfSymbolicLink(atPath: program)) != nil {
                await Task.yield()
            }
        }
        let status = try await sextant.run("status")
        #expect(status.status == 1 && status.errors.contains("next   sextant up"))
        let list = try await sextant.run("tenant", "list")
        #expect(list.status == 1 && list.errors.contains("the database does not run"))
        #expect(try await sextant.run("up").status == 0)
        let after = try await sextant.json("status")
        #expect(after["well"] as? Bool == true && after["key"] as? String == key)
        #expect(try await sextant.run("tenant", "list").text.contains("demo  active"))
    }
}
