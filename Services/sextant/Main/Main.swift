import Command

/// The `sextant` command.
@main
enum Main {
    static func main() async {
        await SextantCommand.main()
    }
}
