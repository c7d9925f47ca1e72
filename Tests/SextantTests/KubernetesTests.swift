import Foundation
import TestKit
import Testing

@testable import Command

/// What the manifests say of programs, ports, images and settings is what there is.
@Suite("What deploy says in Kubernetes", .timeLimit(.minutes(5)))
struct KubernetesTests {
    @Test("sets only what each program knows, where each has what keeps it up")
    func kubernetes() async throws {
        let list = try #require(
            try await DeployFiles.documents("deploy/kubernetes/kustomization.yaml").first
        )
        let files = try #require(list["resources"] as? [String])
        var objects: [String: [[String: Any]]] = [:]
        for file in files {
            for object in try await DeployFiles.documents("deploy/kubernetes/" + file) {
                objects[object["kind"] as? String ?? "", default: []].append(object)
            }
        }
        let budgets = Set((objects["PodDisruptionBudget"] ?? []).map(Self.name))
        #expect(budgets == Set(DeployFiles.programs))
        #expect(Set((objects["Service"] ?? []).map(Self.name)) == Set(DeployFiles.programs))
        let scaled = Set((objects["HorizontalPodAutoscaler"] ?? []).map(Self.name))
        #expect(scaled == ["ingest-service", "gateway"])
        let deployments = objects["Deployment"] ?? []
        #expect(Set(deployments.map(Self.name)) == Set(DeployFiles.programs))
        for object in deployments + (objects["Job"] ?? []) {
            let name = Self.name(object)
            let container = try #require(Self.container(of: object))
            let known =
                name == "migrate"
                ? DeployFiles.commandVariables : try await DeployFiles.variables(of: name)
            let set = (container["env"] as? [[String: String]] ?? []).compactMap { $0["name"] }
            #expect(Set(set).isSubset(of: known), "\(name)")
            #expect(
                container["image"] as? String == "sextant/\(name == "migrate" ? "sextant" : name)"
            )
            let context = try #require(container["securityContext"] as? [String: Any])
            #expect(context["readOnlyRootFilesystem"] as? Bool == true)
            guard name != "migrate" else { continue }
            for probe in ["startupProbe", "readinessProbe"] {
                let grpc = (container[probe] as? [String: Any])?["grpc"] as? [String: Int]
                #expect(grpc == ["port": 50_051])
            }
        }
        let settings = try #require(list["configMapGenerator"] as? [[String: Any]])
        for literal in settings.flatMap({ $0["literals"] as? [String] ?? [] }) {
            let variable = String(literal.prefix { $0 != "=" })
            for program in DeployFiles.programs {
                #expect(try await DeployFiles.variables(of: program).contains(variable))
            }
        }
    }

    @Test("is valid to the schemas of its versions", arguments: ["1.27", "1.37"])
    func kubernetesSchemas(version: String) async throws {
        let folder = OutsideProgram.repository + "/deploy/kubernetes"
        let files = FileSystem.names(in: folder).filter {
            $0.hasSuffix(".yaml") && $0 != "kustomization.yaml"
        }
        let program = OutsideProgram.repository + "/.venv/bin/kubernetes-validate"
        let output = try await OutsideProgram.run(
            [program, "--strict", "--kubernetes-version", version]
                + files.map { "\(folder)/\($0)" }
        )
        #expect(output.status == 0, "\(output.text) \(output.errors)")
        let count = output.text.split(separator: "\n").filter { $0.contains(" passed for ") }.count
        #expect(count == 22, "\(output.text)")
    }

    @Test("makes of the secrets what each program reads")
    func kubernetesSecrets() async throws {
        let list = try #require(
            try await DeployFiles.documents("deploy/kubernetes/kustomization.yaml").first
        )
        let folder = try TemporaryFolder()
        let made = await SextantCommand.run(
            ["secrets", folder.path + "/secrets", "--postgres", "postgres", "--quiet"]
        )
        #expect(made == 0)
        var keys: [String: Set<String>] = [:]
        for generator in try #require(list["secretGenerator"] as? [[String: Any]]) {
            for file in generator["files"] as? [String] ?? [] {
                let parts = file.split(separator: "=").map(String.init)
                let path = try #require(parts.last)
                #expect(FileSystem.mode("\(folder.path)/\(path)") == 0o600, "\(path)")
                let key =
                    parts.count == 2 ? parts[0] : String(path.split(separator: "/").last ?? "")
                keys[generator["name"] as? String ?? "", default: []].insert(key)
            }
        }
        for file in try #require(list["resources"] as? [String]) {
            for object in try await DeployFiles.documents("deploy/kubernetes/" + file) {
                guard let container = Self.container(of: object) else { continue }
                let mounted = Self.secrets(of: object)
                for setting in container["env"] as? [[String: String]] ?? [] {
                    let name = try #require(setting["name"])
                    guard name.hasSuffix("_FILE"), let path = setting["value"] else { continue }
                    let parts = path.split(separator: "/").map(String.init)
                    let mount = "/" + parts.dropLast().joined(separator: "/")
                    let secret = try #require(mounted[mount], "\(file): \(path)")
                    #expect(keys[secret]?.contains(parts.last ?? "") == true, "\(file): \(path)")
                }
            }
        }
        let areas = DeployFiles.programs.compactMap { $0.split(separator: "-").first }
        #expect(keys["passwords"] == Set(areas.map { "svc_\($0)" }).union(["migrator"]))
    }

    /// The secrets that a pod sees, by where it sees them.
    private static func secrets(of object: [String: Any]) -> [String: String] {
        let volumes = pod(of: object)?["volumes"] as? [[String: Any]] ?? []
        var names: [String: String] = [:]
        for volume in volumes {
            let secret = (volume["secret"] as? [String: Any])?["secretName"] as? String
            names[volume["name"] as? String ?? ""] = secret
        }
        var mounted: [String: String] = [:]
        for mount in container(of: object)?["volumeMounts"] as? [[String: Any]] ?? [] {
            mounted[mount["mountPath"] as? String ?? ""] = names[mount["name"] as? String ?? ""]
        }
        return mounted
    }

    private static func name(_ object: [String: Any]) -> String {
        (object["metadata"] as? [String: Any])?["name"] as? String ?? ""
    }

    private static func pod(of object: [String: Any]) -> [String: Any]? {
        let specification = object["spec"] as? [String: Any]
        let template = specification?["template"] as? [String: Any]
        return template?["spec"] as? [String: Any]
    }

    private static func container(of object: [String: Any]) -> [String: Any]? {
        (pod(of: object)?["containers"] as? [[String: Any]])?.first
    }
}
