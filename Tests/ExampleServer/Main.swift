import Lifecycle
import TestContracts
import TestExample
import TestMessages

/// The example as a program of its own, for tests that start, stop and ask one.
@main
enum Main {
    static func main() async {
        await ServiceProgram<ExampleConfiguration>("example", version: "1.0.0") { parts in
            let store = MemoryItemStore(mostItems: parts.configuration.mostItems)
            let next = parts.configuration.next.map { parts.client(of: $0) }
            let service = ExampleService(store, instance: parts.service.instance, next: next)
            var content = ServiceContent(
                ServedContract(
                    TestingV1.Example.schema,
                    TestingV1.Example.methods(of: service),
                    files: [TestingV1.exampleFile]
                )
            )
            if let next { content.components = [.client("next", next)] }
            content.errorMapping = ExampleService.status
            content.onDrain = { store.closeWatches() }
            return content
        }
        .main()
    }
}
