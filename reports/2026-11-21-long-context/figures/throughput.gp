set encoding utf8
set datafile separator comma
$texts << END_OF_TEXTS
useful GFLOP/s
1K
4K
16K
64K
256K
1M
4M
0
200
400
full, 1 thread
full, 2 threads
sliding-window(1024), 1 thread
sliding-window(1024), 2 threads
chunked-overlap(1024)
attention-sink(4+1024)
chunked-local(8192)
peak: 242 GFLOP/s
peak: 484 GFLOP/s
sequence length n (tokens)
chunked-local(8192) does useful work at 86 % of the measured peak,
chunked-overlap(1024) at 35 %
GFLOP/s over the pairs that the mask allows (4·d·pairs; masked pairs are not counted), causal, float32, d = 64,
1 head. Medians with 95 % intervals; the peak is measured in the same run.
END_OF_TEXTS
if (!exists('formats')) formats = 'svg png pdf'
do for [format in formats] {
mark = (format eq 'svg' ? 0.8 : 1) * 1
if (format eq 'svg') { set terminal svg size 720,480 dynamic enhanced name 'throughput' font 'Inter&#44; system-ui&#44; sans-serif,12' background '#ffffff' linewidth 1 }
if (format eq 'png') { set terminal pngcairo size 2250,1500 enhanced font 'Inter,12' fontscale 2.344 linewidth 3.125 pointscale 3.125 background '#ffffff' }
if (format eq 'pdf') { set terminal pdfcairo size 7.5in,5in enhanced font 'Inter,12' fontscale 0.5625 linewidth 1.5 pointscale 0.75 background '#ffffff' }
set output 'throughput.'.format
set border 3 lw 0.8 lc rgb '#777777'
set tics nomirror out scale 0.5 textcolor rgb '#1a1a1a' font ',12'
set grid ytics lt 1 lw 0.6 lc rgb '#e6e6e6'
unset mxtics
unset mytics
unset key
set errorbars small
set label '{/:Bold '.$texts[22].'}' at screen 0.0194, screen 0.9466 left font ',15.5' tc rgb '#1a1a1a'
set label '{/:Bold '.$texts[23].'}' at screen 0.0194, screen 0.9014 left font ',15.5' tc rgb '#1a1a1a'
set label $texts[24] at screen 0.0194, screen 0.8575 left font ',11.5' tc rgb '#595959'
set label $texts[25] at screen 0.0194, screen 0.8263 left font ',11.5' tc rgb '#595959'
set label $texts[21] at screen 0.3785, screen 0.0333 center font ',11.5' tc rgb '#595959'
set logscale x 2
set xrange [930:1.0491e+07]
set yrange [0:522.5586]
set xtics ($texts[2] 1024, $texts[3] 4096, $texts[4] 16384, $texts[5] 65536, $texts[6] 262144, $texts[7] 1048576, $texts[8] 4194304)
set ytics ($texts[9] 0, $texts[10] 200, $texts[11] 400)
set lmargin at screen 0.0661
set rmargin at screen 0.6908
set bmargin at screen 0.1167
set tmargin at screen 0.7471
set label $texts[1] at screen 0.0194, screen 0.7825 left font ',11.5' tc rgb '#595959'
set label $texts[12] at screen 0.7269, screen 0.3612 left font ',11.5' tc rgb '#0072B2'
set arrow from screen 0.4522, screen 0.3613 to screen 0.6991, screen 0.3613 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.6991, screen 0.3613 to screen 0.7214, screen 0.3612 nohead lt 1 dt 1 lw 0.5 lc rgb '#0072B2' back
set label $texts[13] at screen 0.7269, screen 0.5686 left font ',11.5' tc rgb '#0072B2'
set arrow from screen 0.4057, screen 0.5631 to screen 0.6991, screen 0.5631 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.6991, screen 0.5631 to screen 0.7214, screen 0.5686 nohead lt 1 dt 1 lw 0.5 lc rgb '#0072B2' back
set label $texts[14] at screen 0.7269, screen 0.2987 left font ',11.5' tc rgb '#D55E00'
set arrow from screen 0.6991, screen 0.3296 to screen 0.7214, screen 0.2987 nohead lt 1 dt 1 lw 0.5 lc rgb '#D55E00' back
set label $texts[15] at screen 0.7269, screen 0.5373 left font ',11.5' tc rgb '#D55E00'
set arrow from screen 0.4057, screen 0.5428 to screen 0.6991, screen 0.5428 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.6991, screen 0.5428 to screen 0.7214, screen 0.5373 nohead lt 1 dt 1 lw 0.5 lc rgb '#D55E00' back
set label $texts[16] at screen 0.7269, screen 0.2200 left font ',11.5' tc rgb '#009E73'
set arrow from screen 0.6991, screen 0.2200 to screen 0.7214, screen 0.2200 nohead lt 1 dt 1 lw 0.5 lc rgb '#009E73' back
set label $texts[17] at screen 0.7269, screen 0.3300 left font ',11.5' tc rgb '#CC79A7'
set arrow from screen 0.6991, screen 0.3396 to screen 0.7214, screen 0.3300 nohead lt 1 dt 1 lw 0.5 lc rgb '#CC79A7' back
set label $texts[18] at screen 0.7269, screen 0.3925 left font ',11.5' tc rgb '#E69F00'
set arrow from screen 0.6842, screen 0.3671 to screen 0.6991, screen 0.3671 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.6991, screen 0.3671 to screen 0.7214, screen 0.3925 nohead lt 1 dt 1 lw 0.5 lc rgb '#E69F00' back
set label $texts[19] at screen 0.7269, screen 0.4237 left font ',11.5' tc rgb '#595959'
set arrow from screen 0.6991, screen 0.4085 to screen 0.7214, screen 0.4237 nohead lt 1 dt 1 lw 0.5 lc rgb '#595959' back
set label $texts[20] at screen 0.7269, screen 0.7004 left font ',11.5' tc rgb '#595959'
set arrow from screen 0.6991, screen 0.7004 to screen 0.7214, screen 0.7004 nohead lt 1 dt 1 lw 0.5 lc rgb '#595959' back
plot 'throughput.csv' skip 1 using ($1 == 0 ? $4 : NaN):5 with lines lt 1 lw 0.9 lc rgb '#999999', \
  'throughput.csv' skip 1 using ($1 == 1 ? $4 : NaN):5 with lines lt 1 lw 0.9 lc rgb '#999999', \
  'throughput.csv' skip 1 using ($1 == 2 ? $4 : NaN):5 with lines dt 1 lw 1.75 lc rgb '#0072B2', \
  'throughput.csv' skip 1 using ($1 == 3 ? $4 : NaN):5 with lines dt (14,8) lw 1.75 lc rgb '#0072B2', \
  'throughput.csv' skip 1 using ($1 == 4 ? $4 : NaN):5 with lines dt 1 lw 1.575 lc rgb '#D55E00', \
  'throughput.csv' skip 1 using ($1 == 5 ? $4 : NaN):5 with lines dt (14,8) lw 1.575 lc rgb '#D55E00', \
  'throughput.csv' skip 1 using ($1 == 6 ? $4 : NaN):5 with lines dt 1 lw 1.4 lc rgb '#009E73', \
  'throughput.csv' skip 1 using ($1 == 7 ? $4 : NaN):5 with lines dt 1 lw 1.225 lc rgb '#CC79A7', \
  'throughput.csv' skip 1 using ($1 == 8 ? $4 : NaN):5 with lines dt 1 lw 1.05 lc rgb '#E69F00', \
  'throughput.csv' skip 1 using ($1 == 9 ? $4 : NaN):6:7 with filledcurves fs transparent solid 0.25 noborder lc rgb '#0072B2', \
  'throughput.csv' skip 1 using ($1 == 9 ? $4 : NaN):5 with points pt 7 ps 0.9*mark lc rgb '#0072B2', \
  'throughput.csv' skip 1 using ($1 == 10 ? $4 : NaN):6:7 with filledcurves fs transparent solid 0.25 noborder lc rgb '#0072B2', \
  'throughput.csv' skip 1 using ($1 == 10 ? $4 : NaN):5 with points pt 7 ps 0.9*mark lc rgb '#ffffff', \
  'throughput.csv' skip 1 using ($1 == 10 ? $4 : NaN):5 with points pt 6 ps 0.9*mark lw 1.2 lc rgb '#0072B2', \
  'throughput.csv' skip 1 using ($1 == 11 ? $4 : NaN):6:7 with filledcurves fs transparent solid 0.25 noborder lc rgb '#D55E00', \
  'throughput.csv' skip 1 using ($1 == 11 ? $4 : NaN):5 with points pt 5 ps 0.81*mark lc rgb '#D55E00', \
  'throughput.csv' skip 1 using ($1 == 12 ? $4 : NaN):6:7 with filledcurves fs transparent solid 0.25 noborder lc rgb '#D55E00', \
  'throughput.csv' skip 1 using ($1 == 12 ? $4 : NaN):5 with points pt 5 ps 0.81*mark lc rgb '#ffffff', \
  'throughput.csv' skip 1 using ($1 == 12 ? $4 : NaN):5 with points pt 4 ps 0.81*mark lw 1.2 lc rgb '#D55E00', \
  'throughput.csv' skip 1 using ($1 == 13 ? $4 : NaN):6:7 with filledcurves fs transparent solid 0.25 noborder lc rgb '#009E73', \
  'throughput.csv' skip 1 using ($1 == 13 ? $4 : NaN):5 with points pt 9 ps 0.72*mark lc rgb '#009E73', \
  'throughput.csv' skip 1 using ($1 == 14 ? $4 : NaN):6:7 with filledcurves fs transparent solid 0.25 noborder lc rgb '#CC79A7', \
  'throughput.csv' skip 1 using ($1 == 14 ? $4 : NaN):5 with points pt 13 ps 0.63*mark lc rgb '#CC79A7', \
  'throughput.csv' skip 1 using ($1 == 15 ? $4 : NaN):6:7 with filledcurves fs transparent solid 0.25 noborder lc rgb '#E69F00', \
  'throughput.csv' skip 1 using ($1 == 15 ? $4 : NaN):5 with points pt 11 ps 0.54*mark lc rgb '#E69F00'
unset output
unset label
unset arrow
unset logscale
}
