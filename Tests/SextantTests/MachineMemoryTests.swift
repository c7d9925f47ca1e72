import Testing

@testable import Command

@Suite("The memory of a machine")
struct MachineMemoryTests {
    @Test("is the least of what there is, and what groups are allowed")
    func least() {
        let machine = 8 << 30
        #expect(MachineMemory(physical: machine, limits: []).megabytes == 8_192)
        #expect(MachineMemory(physical: machine, limits: ["max\n"]).megabytes == 8_192)
        #expect(
            MachineMemory(physical: machine, limits: ["max\n", "536870912\n"]).megabytes == 512
        )
        // Version 1 says so that there is no limit.
        #expect(
            MachineMemory(physical: machine, limits: ["9223372036854771712\n"]).megabytes == 8_192
        )
    }

    @Test("is found out")
    func here() { #expect(MachineMemory.here.megabytes > 64) }
}
