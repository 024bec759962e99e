import CKernels
import Testing

@Suite("The choice of a level")
struct DispatchTests {
  @Test("the level in use is one that the machine has, and has a name")
  func inUse() {
    #expect(t5k_level() >= 0 && t5k_level() <= t5k_best_level())
    #expect(t5k_kernels_at(t5k_level()) != nil)
    #expect(
      (0...5).map { String(cString: t5k_level_name($0)) } == [
        "plain", "baseline", "avx2", "avx512", "avx512vnni", "avx512bf16",
      ])
    #expect(String(cString: t5k_level_name(9)) == "unknown")
  }

  @Test("a level that the machine lacks is refused and changes nothing")
  func refused() {
    let before = t5k_level()
    #expect(t5k_set_level(99) == -1)
    #expect(t5k_set_level(-1) == -1)
    #expect(t5k_kernels_at(99) == nil)
    #expect(t5k_level() == before)
    // Setting the one in use is the only choice that tests running beside this one do not notice.
    #expect(t5k_set_level(before) == before)
  }

  @Test("the public functions are those of the level in use")
  func forwarding() {
    let kernels = Level(number: t5k_level()).kernels
    let x: [Float] = [-3, -0.1, 0, 0.3, 2]
    var direct = x
    var forwarded = x
    kernels.exp(x, &direct, x.count)
    t5k_exp(x, &forwarded, x.count)
    #expect(direct.bits == forwarded.bits)
    t5k_add_rows(x, [1, 2, 3, 4, 5], &forwarded, 1, x.count)
    #expect(forwarded == [-2, 1.9, 3, 4.3, 7])
    t5k_softmax_bias_rows(&forwarded, 5, 1, 5, 1, nil, 0, 2, 0, nil)
    #expect(forwarded.suffix(3) == [0, 0, 0])
    t5k_gemm_nt(1, 1, 5, x, 5, x, 5, &forwarded, 1, nil, 0)
    #expect(abs(forwarded[0] - 13.1) < 1e-5)
  }
}
