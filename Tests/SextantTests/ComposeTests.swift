import Foundation
import TestKit
import Testing

@testable import Command

/// What compose says of programs, ports, images and settings is what there is.
@Suite("What deploy says in compose", .timeLimit(.minutes(5)))
struct ComposeTests {
    @Test("sets only what each program knows, with secrets that are there")
    func compose() async throws {
        let file = try #require(
            try await DeployFiles.documents("deploy/compose/docker-compose.yml").first
        )
        let services = try #require(file["services"] as? [String: [String: Any]])
        let secrets = try #require(file["secrets"] as? [String: [String: String]])
        let others: Set = ["postgres", "migrate", "sextant", "edge", "prometheus"]
        #expect(Set(services.keys) == Set(DeployFiles.programs).union(others))
        for name in DeployFiles.programs + ["migrate", "sextant"] {
            let service = try #require(services[name])
            let program = name == "migrate" ? "sextant" : name
            let known =
                program == "sextant"
                ? DeployFiles.commandVariables : try await DeployFiles.variables(of: name)
            let set = try #require(service["environment"] as? [String: String])
            #expect(Set(set.keys).isSubset(of: known), "\(name)")
            let granted = (service["secrets"] as? [[String: String]]) ?? []
            for (variable, path) in set where variable.hasSuffix("_FILE") {
                #expect(granted.contains { "/run/secrets/" + ($0["target"] ?? "") == path })
            }
            for secret in granted { #expect(secrets[secret["source"] ?? ""] != nil) }
            #expect(service["read_only"] as? Bool == true)
            #expect(service["cap_drop"] as? [String] == ["ALL"])
            let image = "${SEXTANT_IMAGES:-sextant}/\(program):${SEXTANT_VERSION:-latest}"
            #expect(service["image"] as? String == image)
            // What is run now and then has the image of the migration.
            guard name != "sextant" else { continue }
            let build = try #require(service["build"] as? [String: Any])
            let arguments = try #require(build["args"] as? [String: String])
            #expect(arguments["SERVICE"] == program)
            let pages = set["SEXTANT_DOCUMENTATION_FOLDER"]
            #expect(pages == (name == "gateway" ? "/usr/local/share/sextant/swagger-ui" : nil))
        }
        let folder = try TemporaryFolder()
        let made = await SextantCommand.run(
            ["secrets", folder.path + "/secrets", "--postgres", "postgres", "--quiet"]
        )
        #expect(made == 0)
        for (name, secret) in secrets {
            let path = (secret["file"] ?? "").replacingOccurrences(
                of: "${SEXTANT_SECRETS:-./secrets}",
                with: folder.path + "/secrets"
            )
            #expect(FileSystem.mode(path) == 0o600, "\(name)")
        }
    }

    @Test("is valid to docker-compose")
    func composeIsValid() async throws {
        let output = try await OutsideProgram.run(
            "docker-compose",
            "--file",
            OutsideProgram.repository + "/deploy/compose/docker-compose.yml",
            "config",
            "--quiet"
        )
        #expect(output.status == 0, "\(output.errors)")
    }

    @Test("asks every program's metrics, by the ports that images have")
    func prometheus() async throws {
        let file = try #require(
            try await DeployFiles.documents("deploy/observability/prometheus.yml").first
        )
        let jobs = try #require(file["scrape_configs"] as? [[String: Any]])
        let targets = jobs.flatMap { $0["dns_sd_configs"] as? [[String: Any]] ?? [] }
        #expect(targets.map { $0["port"] as? Int } == [9_464])
        #expect(targets.first?["names"] as? [String] == DeployFiles.programs)
        let image = try DeployFiles.text("deploy/images/service.Dockerfile")
        #expect(image.contains("SEXTANT_LISTEN_ADDRESS=0.0.0.0:50051"))
        #expect(image.contains("SEXTANT_METRICS_ADDRESS=0.0.0.0:9464"))
        #expect(image.contains("EXPOSE 50051 9464"))
        #expect(image.contains("COPY --from=pages /pages /usr/local/share/sextant/"))
        for name in ["service", "postgres", "edge", "prometheus"] {
            let text = try DeployFiles.text("deploy/images/\(name).Dockerfile")
            #expect(text.contains("ARG BASE=") && text.contains("FROM ${BASE}"))
            #expect(text.contains("\nUSER ") && !text.contains("# syntax="))
        }
    }
}
