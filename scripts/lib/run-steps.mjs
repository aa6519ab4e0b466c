/** Runs named steps one after the other, keeps their results, and says how many passed. */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './bootstrap.mjs';

const results = [];

/** Runs a program of the project to its end; resolves with its exit code. */
export function runProgram(command, args, env = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, ...env },
      shell: process.platform === 'win32',
    });
    child.on('error', (error) => {
      console.error(`${command}: ${error.message}`);
      resolve(1);
    });
    child.on('close', (code) => resolve(code ?? 1));
  });
}

/** One check that passes or fails as a whole. */
export async function runCheck(name, command, args) {
  const startedAt = Date.now();
  const code = await runProgram(command, args);
  report(name, { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 }, startedAt);
}

/** A test runner that writes a report; its own numbers count. `read` turns the report into numbers. */
export async function runTests(name, command, args, reportFile, read, env = {}) {
  const startedAt = Date.now();
  const path = join(root, 'test-results', reportFile);
  mkdirSync(join(root, 'test-results'), { recursive: true });
  rmSync(path, { force: true });
  const code = await runProgram(command, args, env);
  let numbers = { passed: 0, failed: 1, skipped: 0 };
  try {
    numbers = read(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    console.error(`${name} left no report: ${error.message}`);
  }
  // A runner that fails without a failed test (a crash, no test found) is a failure all the same.
  if (code !== 0 && numbers.failed === 0) numbers.failed = 1;
  report(name, numbers, startedAt);
}

function report(name, numbers, startedAt) {
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
  results.push({ name, ...numbers, seconds });
  console.log(`${numbers.failed === 0 ? '✓' : '✗'} ${name} (${seconds} s)`);
}

/** Prints the table and the closing line; sets the exit code. */
export function finish() {
  const sum = (key) => results.reduce((total, result) => total + result[key], 0);
  console.log('');
  for (const { name, passed, failed, skipped, seconds } of results) {
    console.log(
      `${name.padEnd(28)} ${String(passed).padStart(5)} passed ${String(failed).padStart(3)} failed ${String(skipped).padStart(3)} skipped ${seconds.padStart(7)} s`,
    );
  }
  const skipped = sum('skipped');
  process.exitCode = sum('failed') === 0 && sum('passed') > 0 ? 0 : 1;
  console.log(
    `${sum('passed')} passed, ${sum('failed')} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`,
  );
}

export const readVitest = (json) => ({
  passed: json.numPassedTests,
  failed:
    json.numFailedTests +
    (json.numFailedTestSuites > 0 && json.numFailedTests === 0 ? json.numFailedTestSuites : 0),
  skipped: json.numPendingTests + json.numTodoTests,
});

export const readPlaywright = ({ stats }) => ({
  passed: stats.expected + stats.flaky,
  failed: stats.unexpected,
  skipped: stats.skipped,
});
