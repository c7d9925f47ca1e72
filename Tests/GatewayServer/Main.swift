import Lifecycle

/// The gateway before the example's service, as a program of its own for benchmarks and tests.
@main
enum Main {
    static func main() async {
        await ServiceProgram<GatewayServer>("gateway", version: "1.0.0") { parts in
            try parts.configuration.content(parts)
        }
        .main()
    }
}
