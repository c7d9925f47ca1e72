internal import Attribution
internal import Experiments
internal import Gateway
internal import Ingest
internal import Insights
internal import Lifecycle
internal import MixModel
internal import Platform

/// The services of an installation that is one process.
struct HostedServices {
    private let folder: DataFolder
    private let installation: Installation

    init(_ folder: DataFolder, _ installation: Installation) {
        self.folder = folder
        self.installation = installation
    }

    /// The process that has them, in the order of ``Platform/ServiceGraph``.
    var group: ServiceGroup {
        ServiceGroup(
            "sextant",
            version: Release.version,
            sources: sources(
                of: "sextant",
                [
                    "METRICS_ADDRESS": "127.0.0.1:\(installation.metricsPort)",
                    // Nobody balances load between processes here.
                    "ENDPOINT_DELAY": "0s", "STOP_LIMIT": "20s",
                ]
            ),
            [
                hosted(IngestService.definition), hosted(AttributionService.definition),
                hosted(MixModelService.definition), hosted(ExperimentService.definition),
                hosted(InsightsService.definition), gateway,
            ]
        )
    }

    private var gateway: HostedService {
        var settled = [
            "LISTEN_ADDRESS": "127.0.0.1:\(installation.gatewayPort)",
            "POSTGRES_DSN": PrivateDatabase.connectionString("svc_gateway", in: folder),
            "KEY_PEPPERS_FILE": folder.key(InstallationKeys.pepper),
            "KEY_ENVIRONMENT": Installation.keyEnvironment,
            "CONTEXT_KEYS_FILE": InstallationKeys(folder).bundle(of: ServiceGraph.gateway),
            "ADMINISTRATION_ADDRESS": "unix:\(folder.administrationSocket)",
            "ADMINISTRATION_MIGRATOR_DSN": PrivateDatabase.connectionString("migrator", in: folder),
            "ADMINISTRATION_JOBS_DSN": PrivateDatabase.connectionString("svc_ingest", in: folder),
            "ADMINISTRATION_OPERATORS_FILE": folder.key(InstallationKeys.operators),
        ]
        if let pages = installation.documentation { settled["DOCUMENTATION_FOLDER"] = pages }
        settled.merge(endpoints(of: ServiceGraph.gateway)) { own, _ in own }
        return HostedService(
            GatewayService.definition,
            sources: sources(of: ServiceGraph.gateway, settled)
        )
    }

    private func hosted<Own>(_ definition: ServiceDefinition<Own>) -> HostedService {
        let name = definition.name
        return HostedService(
            definition,
            sources: sources(
                of: name,
                [
                    "LISTEN_ADDRESS": "unix:\(folder.socket(of: name))",
                    "POSTGRES_DSN": PrivateDatabase.connectionString("svc_\(name)", in: folder),
                    "CONTEXT_KEYS_FILE": InstallationKeys(folder).bundle(of: name),
                ].merging(endpoints(of: name)) { own, _ in own }
            )
        )
    }

    /// Where those are that a service calls.
    private func endpoints(of caller: String) -> [String: String] {
        ServiceGraph.callees(of: caller).reduce(into: [:]) { settled, callee in
            settled[callee.uppercased() + "_ENDPOINT"] = "unix:\(folder.socket(of: callee))"
        }
    }

    /// What was settled by `up`, which wins, and what someone has written in `config`.
    private func sources(of name: String, _ settled: [String: String]) -> ConfigurationSources {
        let file = folder.settings(of: name)
        return ConfigurationSources(
            environment: Dictionary(
                uniqueKeysWithValues: settled.map { ("SEXTANT_" + $0.key, $0.value) }
            ),
            file: FileSystem.exists(file) ? file : nil
        )
    }
}
