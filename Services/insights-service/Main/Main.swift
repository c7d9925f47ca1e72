import Insights
import Lifecycle
import Platform

/// The service as a program of its own.
@main
enum Main {
    static func main() async {
        await ServiceProgram(InsightsService.definition, version: Release.version).main()
    }
}
