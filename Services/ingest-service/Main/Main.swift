import Ingest
import Lifecycle
import Platform

/// The service as a program of its own.
@main
enum Main {
    static func main() async {
        await ServiceProgram(IngestService.definition, version: Release.version).main()
    }
}
