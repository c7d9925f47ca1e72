import Lifecycle
import RPC
import Wire

/// Greets people as it is configured to.
struct GreetingService: GreetingV1.Greeting.Service {
    let configuration: GreetingConfiguration

    func greet(
        _ request: Message<GreetingV1.GreetRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<GreetingV1.GreetResponse> {
        let name = String(request.view.name)  // fields lie in the request's bytes; this copies one
        guard (1...64).contains(name.count) else {
            throw RPCError(.invalidArgument, "name: expected 1 to 64 characters")
        }
        var response = GreetingV1.GreetResponse()
        response.text = "\(configuration.salutation), \(name)!"
        return Reply(response)
    }
}

struct GreetingConfiguration: Configurable {
    let salutation: String

    init(from reader: inout ConfigurationReader) {
        salutation = reader.value("salutation", .string(), default: "Hello", "How greetings begin.")
    }
}

@main enum GreetingServer {
    static func main() async {
        await ServiceProgram<GreetingConfiguration>("greeting", version: "1.0.0") { parts in
            let service = GreetingService(configuration: parts.configuration)
            let methods = GreetingV1.Greeting.methods(of: service)
            let files = [GreetingV1.greetingFile]
            return ServiceContent(ServedContract(GreetingV1.Greeting.schema, methods, files: files))
        }.main()
    }
}
