export { type ProgressBarOptions, type ProgressStream, progressBar } from './watchers/progress-bar.js';
export { type TensorBoardOptions, tensorBoard } from './watchers/tensorboard.js';
