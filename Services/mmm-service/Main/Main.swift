import Lifecycle
import MixModel
import Platform

/// The service as a program of its own.
@main
enum Main {
    static func main() async {
        await ServiceProgram(MixModelService.definition, version: Release.version).main()
    }
}
