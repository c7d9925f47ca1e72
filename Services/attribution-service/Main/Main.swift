import Attribution
import Lifecycle
import Platform

/// The service as a program of its own.
@main
enum Main {
    static func main() async {
        await ServiceProgram(AttributionService.definition, version: Release.version).main()
    }
}
