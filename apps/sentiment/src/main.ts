import { commandHelp, overviewHelp } from './help.js';
import { parseCommandLine } from './command-line.js';
import { describeError } from './errors.js';
import { processIo, type Io } from './io.js';
import { appVersion } from './versions.js';

/**
 * Runs one command.
 * @param argv arguments after the program's name: `['train', '--epochs', '3']`
 * @param io where text comes from and goes to; the process's own by default
 * @returns exit code: 0 done, 1 failed, 2 wrong usage
 */
export async function main(argv: readonly string[], io: Io = processIo()): Promise<number> {
  try {
    const line = parseCommandLine(argv);
    // Commands are imported when they run: TensorFlow.js takes a second to load, which help should not wait for.
    switch (line.kind) {
      case 'help':
        io.stdout.write(line.command ? commandHelp(line.command) : overviewHelp());
        return 0;
      case 'version':
        io.stdout.write(`${appVersion()}\n`);
        return 0;
      case 'train':
        return await (await import('./commands/train.js')).train(line.values, io);
      case 'tune':
        return await (await import('./commands/tune.js')).tune(line.values, line.given, io);
      case 'find-learning-rate':
        return await (
          await import('./commands/find-learning-rate.js')
        ).findLearningRate(line.values, line.given, io);
      case 'evaluate':
        return await (await import('./commands/evaluate.js')).evaluate(line.values, io);
      case 'predict':
        return await (await import('./commands/predict.js')).predict(line.values, line.positionals, io);
      case 'tokenize':
        return await (await import('./commands/tokenize.js')).tokenize(line.values, line.positionals, io);
      case 'pretrain':
        return await (await import('./commands/pretrain.js')).pretrain(line.values, io);
      case 'convert':
        return await (await import('./commands/convert.js')).convert(line.values, line.positionals, io);
      case 'data':
        return await (await import('./commands/data.js')).data(line.values, io);
      case 'doctor':
        return await (await import('./commands/doctor.js')).doctor(line.values, io);
    }
  } catch (error) {
    const { text, exitCode } = describeError(error);
    io.stderr.write(`${text}\n`);
    return exitCode;
  }
}
