import Gateway
import Lifecycle
import Platform

/// The gateway as a program of its own.
@main
enum Main {
    static func main() async {
        await ServiceProgram(GatewayService.definition, version: Release.version).main()
    }
}
