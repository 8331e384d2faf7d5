/** Why a compressed stream gave no picture. Callers turn it into the AppError of their own input (a DICOM frame, a picture file). */
export class CodecError extends Error {
  /** True when the stream may be sound but uses a feature we have no decoder for. */
  readonly isUnsupported: boolean;

  constructor(message: string, isUnsupported = false) {
    super(message);
    this.name = 'CodecError';
    this.isUnsupported = isUnsupported;
  }
}
