/** What engines say when there is no room for a tensor, as their sources and runs have it. */
const MESSAGES: readonly RegExp[] = [
  // JavaScript: Chromium and Node, Firefox, Safari; tensors of the cpu backend and batches cut from typed arrays.
  /array buffer allocation failed|invalid (typed )?array (buffer )?length|allocation size overflow|^out of memory/i,
  // TensorFlow's C library, under tfjs-node and tfjs-node-gpu.
  /OOM when allocating|resource[ _]exhausted|failed to allocate memory|cudaErrorMemoryAllocation|std::bad_alloc/i,
  // WebAssembly: the heap ends at 4 GiB, or the machine has no more. An abort leaves no backend to go on with.
  /no room for \d+ bytes|cannot enlarge memory|memory access out of bounds/i,
  // WebGL: one texture is larger than there can be. A lost context has taken the weights along.
  /Requested texture size .* (greater than|is invalid)|WebGL Error: OUT_OF_MEMORY|Unable to create WebGLTexture/,
  // WebGPU: one buffer is larger than there can be, or the device has no room.
  /createBuffer|GPUOutOfMemoryError|max(imum)?(BufferSize|StorageBufferBindingSize)|larger than the max(imum)? .*buffer/i,
];

/** Whether an error says that memory ran out where a smaller batch may have room. */
export function isAllocationFailure(thrown: unknown): boolean {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return MESSAGES.some((pattern) => pattern.test(message));
}
