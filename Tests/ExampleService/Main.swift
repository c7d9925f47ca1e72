import Jobs
import Lifecycle
import Platform
import TestContracts
import TestExample
import TestMessages

/// The example as a service of the platform, with tenants and jobs, in a program of its own.
@main
enum Main {
    static func main() async {
        await ServiceProgram<ExampleServiceConfiguration>("mmm", version: Release.version) {
            parts in
            let place = try TenantService("mmm", parts.configuration.place, parts)
            let items = TenantItemStore(place.database)
            let example = ExampleService(
                MortalItemStore(items, creations: parts.configuration.creations),
                instance: parts.service.instance,
                jobs: ExampleJobs(of: place.name, place.database, place.queue),
                pages: place.pages
            )
            let export = ExampleJobs.export(of: place.name)
            var content = ServiceContent(
                [
                    ServedContract(
                        TestingV1.Example.schema,
                        TestingV1.Example.methods(of: example),
                        files: [TestingV1.exampleFile]
                    )
                ],
                at: place,
                doing: ExampleJobs.handlers(of: place.name),
                results: [JobResult(of: export, TestingV1.Export.self)],
                status: ExampleService.status
            )
            content.onDrain = { items.closeWatches() }
            return content
        }
        .main()
    }
}

/// What the example is told as a service of the platform.
struct ExampleServiceConfiguration: Configurable {
    let place: TenantServiceConfiguration
    let creations: Int?

    init(from reader: inout ConfigurationReader) {
        place = TenantServiceConfiguration(from: &reader)
        creations = reader.optional(
            "creations",
            .integer(in: 1...1_000_000),
            "After how many items, committed and not answered, the process dies; else it lives."
        )
    }
}
