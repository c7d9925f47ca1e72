import Gateway
import Lifecycle
import Platform
import TestContracts
import TestMessages

/// The gateway as a program of its own, before the example.
@main
enum Main {
    static func main() async {
        let example = ServiceOffer([TestingV1.Example.schema], files: [TestingV1.exampleFile])
        await ServiceProgram(
            GatewayService.definition(offering: ["mmm": example]),
            version: Release.version
        ).main()
    }
}
